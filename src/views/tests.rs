//! Every page in every state and language is whole: one h1, labelled fields, no empty words, nothing inline.

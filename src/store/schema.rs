//! The tables as diesel knows them; a test compares them with the database.
#![allow(missing_docs, reason = "the columns are explained in the migrations")]

diesel::table! {
    account (id) {
        id -> Uuid,
        user_id -> Text,
        user_id_folded -> Text,
        kind -> Text,
        name -> Text,
        language -> Text,
        status -> Text,
        locked_reason -> Nullable<Text>,
        protected -> Bool,
        password_hash -> Nullable<Text>,
        password_changed_at -> Nullable<Timestamptz>,
        address_changed_at -> Nullable<Timestamptz>,
        last_reset_at -> Nullable<Timestamptz>,
        last_cancel_at -> Nullable<Timestamptz>,
        resets_held_until -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        imported_hash_sha256 -> Nullable<Binary>,
        address_changed_by -> Nullable<Uuid>,
        portal_id -> Nullable<Uuid>,
        portal_since -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    address (account_id, position) {
        account_id -> Uuid,
        position -> SmallInt,
        #[sql_name = "address"]
        mailbox -> Text,
        folded -> Text,
        suspect -> Bool,
    }
}

diesel::table! {
    credential (id) {
        id -> Uuid,
        account_id -> Uuid,
        sealed_secret -> Nullable<Binary>,
        algorithm -> Text,
        digits -> SmallInt,
        period -> SmallInt,
        last_step -> Nullable<BigInt>,
        burned -> Array<BigInt>,
        created_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        guesses -> BigInt,
    }
}

diesel::table! {
    request (id) {
        id -> Uuid,
        reference -> Text,
        channel -> Text,
        state -> Text,
        form -> Nullable<Uuid>,
        typed_user_id -> Text,
        typed_address -> Text,
        typed_type -> Nullable<Text>,
        language -> Text,
        browser_hash -> Nullable<Binary>,
        browser_name -> Nullable<Text>,
        network -> Nullable<Text>,
        asked_at -> Timestamptz,
        account_id -> Nullable<Uuid>,
        unmatched_reason -> Nullable<Text>,
        joined_to -> Nullable<Uuid>,
        resends -> SmallInt,
        reissues -> SmallInt,
        queue_reason -> Nullable<Text>,
        queued_at -> Nullable<Timestamptz>,
        due_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        help_asked_at -> Nullable<Timestamptz>,
        case_id -> Nullable<Uuid>,
        renew_at -> Nullable<Timestamptz>,
        erasure_id -> Nullable<Uuid>,
        portal_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    link (id) {
        id -> Uuid,
        kind -> Text,
        request_id -> Nullable<Uuid>,
        account_id -> Nullable<Uuid>,
        position -> Nullable<SmallInt>,
        key_id -> Text,
        random -> Binary,
        issued_at -> Timestamptz,
        handed_over_at -> Nullable<Timestamptz>,
        expires_at -> Nullable<Timestamptz>,
        opened_at -> Nullable<Timestamptz>,
        step_until -> Nullable<Timestamptz>,
        tries -> SmallInt,
        spent_by -> Nullable<Binary>,
        spent_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<Text>,
        grant_id -> Nullable<Uuid>,
        staff_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    letter (id) {
        id -> Uuid,
        kind -> Text,
        hint -> Nullable<Text>,
        request_id -> Nullable<Uuid>,
        account_id -> Nullable<Uuid>,
        link_id -> Nullable<Uuid>,
        position -> Nullable<SmallInt>,
        language -> Text,
        state -> Text,
        queued_at -> Timestamptz,
        next_attempt_at -> Timestamptz,
        leased_by -> Nullable<Uuid>,
        attempts -> SmallInt,
        class -> Nullable<Text>,
        in_row -> SmallInt,
        uncounted -> Bool,
        domain -> Nullable<Text>,
        server_code -> Nullable<SmallInt>,
        server_text -> Nullable<Text>,
        ended_at -> Nullable<Timestamptz>,
        place -> Nullable<Text>,
        staff_id -> Nullable<Uuid>,
        to_address -> Nullable<Text>,
        entry_id -> Nullable<Uuid>,
        proposal_id -> Nullable<Uuid>,
        inbound_id -> Nullable<Uuid>,
        bounced_at -> Nullable<Timestamptz>,
        bounce_status -> Nullable<Text>,
        bounce_text -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(account, address, credential, request, link, letter);

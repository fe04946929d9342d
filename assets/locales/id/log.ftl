# The log for those who read it elsewhere
refusal-key-required-title = Perlu kunci log
refusal-key-required-text = Alamat ini dibaca program yang memegang kunci log. Minta kunci kepada operator. Kunci yang dicabut atau kedaluwarsa tidak membuka apa pun.

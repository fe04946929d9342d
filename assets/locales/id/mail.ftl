# Letters. Foreign values come masked and on one line.

mail-moment =
    { $day } { $month ->
        [m01] Januari
        [m02] Februari
        [m03] Maret
        [m04] April
        [m05] Mei
        [m06] Juni
        [m07] Juli
        [m08] Agustus
        [m09] September
        [m10] Oktober
        [m11] November
       *[m12] Desember
    } { $year } pukul { $hour }.{ $minute } { $zone }
mail-hours =
    { $form ->
        [one] { $count } jam
       *[other] { $count } jam
    }
mail-minutes =
    { $form ->
        [one] { $count } menit
       *[other] { $count } menit
    }

mail-greeting = Yth. { $name },
mail-fact-asked = Diminta
mail-fact-done = Direset
mail-fact-confirmed = Dikonfirmasi
mail-fact-effective = Mulai berlaku
mail-fact-cancelled = Dibatalkan
mail-fact-activated = Diaktifkan
mail-fact-disabled = Dinonaktifkan
mail-fact-claimed = Dihubungkan
mail-fact-renewed = Dibuat ulang
mail-fact-changed = Diubah
mail-fact-address = Alamat baru
mail-fact-last-code = Kode salah terakhir
mail-fact-way = Melalui
mail-fact-reference = Nomor permintaan
mail-way-link = Tautan di email terdaftar
mail-way-desk = Helpdesk, disetujui petugas lain
mail-way-portal = Portal tempat Anda login
mail-way-not-me = Tautan “Ini bukan saya”
mail-no-code = Email ini tidak berisi kode TOTP. Kode TOTP hanya ada di aplikasi Authenticator di HP Anda.
mail-not-me = Ini bukan saya

mail-link-subject = Konfirmasi Permintaan Reset TOTP
mail-link-preheader = Tautan berlaku { $ttl } dan hanya sekali. Email ini tidak berisi kode TOTP.
mail-link-intro = Anda (atau seseorang) meminta reset TOTP untuk User ID { $user }.
mail-link-press = Klik Reset TOTP, lalu ikuti petunjuk di halaman yang terbuka.
mail-link-button = Reset TOTP
mail-link-copy = Tombol tidak bisa diklik? Salin tautan ini ke browser:
mail-link-ttl = Tautan berlaku { $ttl } sejak email ini dikirim dan hanya sekali. Tautan yang lewat waktu bisa diganti dengan yang baru.
mail-link-not-me = Bukan Anda yang meminta? TOTP Anda belum berubah. Batalkan permintaan ini lewat tautan berikut.

mail-done-subject = TOTP Berhasil di Reset
mail-done-preheader = TOTP di perangkat lama tidak berlaku lagi. Password Anda tidak berubah.
mail-done-intro = TOTP untuk User ID { $user } sudah direset.
mail-done-old = TOTP di perangkat lama tidak berlaku lagi. Password Anda tidak berubah.
mail-done-next = Langkah berikutnya: Aktivasi TOTP. Login dengan User ID dan Password, lalu pindai (scan) QR Code dengan aplikasi Authenticator.
mail-done-open = Langkah berikutnya: Aktivasi TOTP. Buka tautan ini di HP atau PC tempat Anda ingin mengaktifkannya.
mail-done-until = Tautan berlaku sampai { $until } dan hanya sekali. Lewat waktu? Login lagi, lalu ikuti petunjuk di halaman.
mail-done-not-me = Bukan Anda yang mereset? Segera beri tahu kami lewat tautan berikut, atau hubungi Helpdesk.

mail-scheduled-subject = Reset TOTP Dijadwalkan
mail-scheduled-preheader = Reset berlaku { $at }. Sampai saat itu Anda bisa membatalkannya.
mail-scheduled-intro = Reset TOTP untuk User ID { $user } sudah dikonfirmasi dan sedang menunggu.
mail-scheduled-approval = Akun ini dilindungi: petugas harus setuju dulu. Tanpa persetujuan dalam 48 jam, reset dibatalkan.
mail-scheduled-until = Sampai saat itu TOTP lama tetap berlaku dan reset masih bisa dibatalkan.
mail-scheduled-why = Masa tunggu ini melindungi akun Anda. Kami mengirim email lagi setelah reset selesai.
mail-scheduled-not-me = Bukan Anda yang meminta? Batalkan reset ini lewat tautan berikut.

mail-cancelled-subject = Permintaan Reset TOTP Dibatalkan
mail-cancelled-preheader = TOTP dan Password Anda tidak berubah.
mail-cancelled-intro = Permintaan reset TOTP untuk User ID { $user } sudah dibatalkan.
mail-cancelled-unchanged = TOTP dan Password Anda tidak berubah. Tautan reset di email sebelumnya tidak berlaku lagi.
mail-cancelled-held = Demi keamanan, reset TOTP akun ini ditahan sampai { $until }. Perlu reset sebelum itu? Hubungi Helpdesk.
mail-cancelled-again = Masih perlu reset? Ajukan permintaan baru lewat “Reset TOTP?” di halaman Login.
mail-cancelled-not-me = Ada yang janggal pada akun Anda? Beri tahu Helpdesk lewat tautan berikut.

mail-hint-subject = Permintaan Reset TOTP Anda
mail-hint-preheader = Tautan reset belum bisa kami kirim. Ini sebabnya.
mail-hint-intro = Anda (atau seseorang) meminta reset TOTP untuk User ID { $user }. Tautan reset belum bisa kami kirim.
mail-hint-form-button = Isi formulir lagi
mail-hint-wrong-type = Tipe User yang dipilih tidak cocok dengan akun ini.
mail-hint-wrong-type-next = Isi formulir lagi, lalu pilih Tipe User yang lain.
mail-hint-locked = Akun ini sedang dikunci.
mail-hint-locked-next = Hubungi Helpdesk untuk membuka kuncinya.
mail-hint-no-factor = TOTP belum aktif di akun ini, jadi tidak ada yang perlu direset.
mail-hint-no-factor-next = Login dengan User ID dan Password, lalu lakukan Aktivasi TOTP.
mail-hint-held = Reset TOTP akun ini sedang ditahan setelah laporan “Ini bukan saya”.
mail-hint-held-next = Perlu reset sekarang? Hubungi Helpdesk.
mail-hint-protected = Akun ini dilindungi. Reset TOTP diputuskan oleh dua petugas.
mail-hint-protected-next = Hubungi Helpdesk untuk memulainya.
mail-hint-frozen = Reset TOTP lewat web sedang dihentikan sementara.
mail-hint-frozen-next = Coba lagi nanti, atau hubungi Helpdesk bila mendesak.
mail-hint-delayed = Reset TOTP akun ini sudah dikonfirmasi dan sedang dalam masa tunggu.
mail-hint-delayed-next = Tidak perlu meminta lagi. Kami mengirim email begitu TOTP direset.
mail-hint-not-me = Bukan Anda yang meminta? Akun Anda tidak berubah. Beri tahu kami lewat tautan berikut.

mail-activate-subject = Tautan Aktivasi TOTP
mail-activate-preheader = Tautan berlaku { $ttl } dan hanya sekali. Email ini tidak berisi kode TOTP.
mail-activate-intro = Anda (atau seseorang) meminta tautan Aktivasi TOTP untuk User ID { $user }.
mail-activate-open = Buka tautan ini di HP atau PC tempat Anda ingin mengaktifkan TOTP.
mail-activate-button = Aktivasi TOTP
mail-activate-password = Password Anda akan diminta. Tautan ini saja tidak cukup untuk masuk ke akun.
mail-activate-portal = Tautan ini membawa Anda ke { $portal }. Login di sana seperti biasa; tautan ini saja tidak cukup untuk masuk ke akun.
mail-activate-ttl = Tautan berlaku { $ttl } sejak email ini dikirim dan hanya sekali. Lewat waktu? Login lagi, lalu ikuti petunjuk di halaman.
mail-activate-not-me = Bukan Anda yang meminta? Segera beri tahu kami lewat tautan berikut, atau hubungi Helpdesk.

mail-activated-subject = Aktivasi TOTP Berhasil
mail-activated-preheader = Mulai sekarang Login meminta kode dari aplikasi Authenticator Anda.
mail-activated-intro = TOTP untuk User ID { $user } sudah aktif.
mail-activated-device = Satu akun hanya untuk satu perangkat. TOTP di perangkat lama tidak berlaku lagi.
mail-activated-codes = Simpan kode pemulihan di tempat yang aman. Tiap kode hanya bisa dipakai sekali.
mail-activated-not-me = Bukan Anda yang mengaktifkan? Segera buka tautan berikut agar akun ini bisa dikunci, atau hubungi Helpdesk.

mail-disabled-subject = TOTP Dinonaktifkan
mail-disabled-preheader = Pada Login berikutnya Anda diminta memindai QR Code baru.
mail-disabled-intro = TOTP untuk User ID { $user } sudah dinonaktifkan.
mail-disabled-old = Kode dari aplikasi Authenticator dan kode pemulihan lama tidak berlaku lagi. Password Anda tidak berubah.
mail-disabled-next = Pada Login berikutnya Anda diminta memindai (scan) QR Code baru.
mail-disabled-not-me = Bukan Anda yang menonaktifkan? Segera buka tautan berikut agar akun ini bisa dikunci, atau hubungi Helpdesk.

mail-codes-renewed-subject = Kode Pemulihan Dibuat Ulang
mail-codes-renewed-preheader = Sepuluh kode pemulihan yang lama tidak berlaku lagi.
mail-codes-renewed-intro = Kode pemulihan untuk User ID { $user } sudah dibuat ulang.
mail-codes-renewed-old = Kode pemulihan yang lama tidak berlaku lagi. Simpan yang baru di tempat yang aman. Tiap kode hanya bisa dipakai sekali.
mail-codes-renewed-app = TOTP dan Password Anda tidak berubah.
mail-codes-renewed-not-me = Bukan Anda yang membuatnya? Segera buka tautan berikut agar akun ini bisa dikunci, atau hubungi Helpdesk.

mail-portal-claimed-subject = Akun Anda Dihubungkan ke Portal
mail-portal-claimed-preheader = TOTP dan kode pemulihan Anda tidak berubah.
mail-portal-claimed-intro = Akun dengan User ID { $user } sekarang terhubung ke portal di bawah ini.
mail-portal-claimed-then = Portal itu boleh memperbarui data akun Anda dan memeriksa kode TOTP saat Anda login di sana.
mail-portal-claimed-app = TOTP dan kode pemulihan Anda tidak berubah.
mail-portal-claimed-not-me = Anda tidak memakai portal ini? Segera buka tautan berikut agar akun ini bisa dikunci, atau hubungi Helpdesk.

mail-password-changed-subject = Password Diubah
mail-password-changed-preheader = Semua sesi lain sudah diakhiri. TOTP Anda tidak berubah.
mail-password-changed-intro = Password untuk User ID { $user } sudah diubah.
mail-password-changed-sessions = Semua sesi lain sudah diakhiri. TOTP Anda tidak berubah.
mail-password-changed-delay = Demi keamanan, Reset TOTP akun ini memakai masa tunggu selama beberapa hari ke depan.
mail-password-changed-not-me = Bukan Anda yang mengubah? Segera buka tautan berikut agar akun ini bisa dikunci, atau hubungi Helpdesk.

mail-codes-failing-subject = Kode TOTP Salah Berulang Kali
mail-codes-failing-preheader = Password yang dimasukkan benar, tetapi kodenya salah. Jika bukan Anda, segera ganti Password.
mail-codes-failing-intro = Seseorang memasukkan sepuluh kode TOTP yang salah berturut-turut untuk User ID { $user }.
mail-codes-failing-known = Password yang dimasukkan benar, jadi mungkin orang lain mengetahuinya. TOTP dan Password Anda tidak berubah.
mail-codes-failing-clock = Itu Anda? Cocokkan dulu jam HP Anda di halaman “Cek jam” di situs kami.
mail-codes-failing-reset = Ganti HP atau aplikasi terhapus? Pilih “Reset TOTP?” di halaman Login.
mail-codes-failing-not-me = Bukan Anda? Segera ganti Password Anda, atau buka tautan berikut agar akun ini bisa dikunci.

mail-manual-scheduled-subject = Reset TOTP oleh Helpdesk Dijadwalkan
mail-manual-scheduled-preheader = Reset berlaku { $at }. Sampai saat itu Anda bisa membatalkannya.
mail-manual-scheduled-intro = Helpdesk akan mereset TOTP untuk User ID { $user }.
mail-manual-scheduled-until = Sampai saat itu TOTP lama tetap berlaku dan reset masih bisa dibatalkan.
mail-manual-scheduled-cancel = Bukan Anda yang meminta? Segera batalkan lewat tautan ini, atau hubungi Helpdesk.
mail-manual-scheduled-button = Batalkan reset

mail-manual-cancelled-subject = Reset TOTP oleh Helpdesk Dibatalkan
mail-manual-cancelled-intro = Reset TOTP oleh Helpdesk untuk User ID { $user } tidak jadi dilakukan.
mail-manual-cancelled-unchanged = TOTP dan Password Anda tidak berubah. Masih perlu reset? Hubungi Helpdesk.

mail-address-changed-subject = Alamat Email Terdaftar Diubah
mail-address-changed-preheader = Reset TOTP akun ini memakai masa tunggu selama beberapa hari ke depan.
mail-address-changed-intro = Alamat email terdaftar untuk User ID { $user } sudah diubah.
mail-address-changed-delay = Demi keamanan, Reset TOTP akun ini memakai masa tunggu selama beberapa hari ke depan.
mail-address-changed-not-me = Bukan Anda yang meminta? Segera beri tahu kami lewat tautan berikut, atau hubungi Helpdesk.

mail-foot-why = Email otomatis dari { $agency }. Balasan Anda sampai ke Helpdesk.
mail-foot-never = Petugas tidak pernah meminta Password, Secret Key, atau kode TOTP.
mail-foot-desk = Helpdesk
mail-reply-subject = Jawaban Helpdesk untuk permintaan { $reference }
mail-reply-preheader = Petugas helpdesk menjawab permintaan Anda.
mail-fact-user = User ID

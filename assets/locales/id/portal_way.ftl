# Jalan kembali ke portal yang punya halaman login sendiri.
way-back = Kembali ke { $name }
way-on = Lanjut ke { $name }
way-next-title = Aktivasi TOTP di { $name }
way-next-text = Satu langkah lagi: aktifkan TOTP di perangkat baru lewat { $name }. Satu akun hanya untuk satu perangkat.
way-next-2 = Lanjut ke { $name } dan login di sana. Pindai (scan) QR Code, atau ketik Secret Key bila QR tidak bisa dipindai.
way-until = Anda bisa melanjutkan dari browser ini sampai { $time }.
way-taken = { $name } sudah menerima izin aktivasi Anda. Login di sana untuk menyelesaikannya.
way-nothing = Browser ini tidak membawa izin aktivasi untuk { $name }. Lanjutkan dari browser tempat Anda menekan OK, atau buka tautan aktivasi dari email.
way-here-text = Akun ini juga punya Password di sini.
way-here = Aktivasi TOTP di sini

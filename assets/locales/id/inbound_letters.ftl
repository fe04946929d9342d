mail-fact-came = Diterima
mail-acknowledged-subject = Email Anda diterima: permintaan { $reference }
mail-acknowledged-preheader = Petugas akan memeriksanya. TOTP Anda belum berubah.
mail-acknowledged-intro = Email dari alamat ini sudah sampai di helpdesk dan akan diperiksa petugas. TOTP Anda belum berubah.
mail-acknowledged-hours = Petugas bekerja pada { $hours }.
mail-acknowledged-send = Bila ada yang kurang, balas email ini dengan Nama dan User ID. Nomor permintaan sudah ada di subjek.
mail-acknowledged-never = Jangan kirim password, Secret Key, atau kode TOTP. Petugas tidak pernah memintanya. Bukan Anda yang menulis? Balas email ini.
letter-acknowledged = Tanda terima email

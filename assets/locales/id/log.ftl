# The log for those who read it elsewhere
refusal-key-required-title = Perlu kunci
refusal-key-required-text = Alamat ini dibaca program yang memegang kunci log atau kunci portal. Minta kunci kepada operator. Kunci yang dicabut atau kedaluwarsa tidak membuka apa pun.

# The day's checkpoint for auditors
letter-checkpoint = Checkpoint log
mail-checkpoint-subject = Checkpoint harian log audit
mail-checkpoint-preheader = Simpan email ini. Dengannya log bisa diperiksa tanpa mempercayai server.
mail-checkpoint-intro = Ini checkpoint bertanda tangan atas seluruh log audit. Dengannya Anda bisa membuktikan kelak bahwa catatan sampai saat ini tidak diubah dan tidak dihapus.
mail-fact-log-size = Jumlah catatan
mail-checkpoint-keep = Simpan email ini di luar server. Jangan dihapus dan jangan diubah.
mail-checkpoint-check = Untuk memeriksa log dengannya: salin teks di atas, dari baris pertama sampai baris tanda tangan, ke sebuah berkas, lalu jalankan pulih audit verify --against BERKAS.

# Halaman Keutuhan: yang ditemukan verifikasi
integrity-unfinished = Verifikasi tidak dapat diselesaikan
integrity-unfinished-text = Percobaan terakhir berhenti { $time }. Sampai verifikasi berhasil, keutuhan catatan belum terbukti. Hubungi pengelola server, lalu mulai verifikasi lagi.
finding-personal-gone = Data pribadi hilang tanpa penghapusan yang tercatat.
finding-back-dated = Waktu catatan jauh lebih awal daripada catatan sebelumnya: tanggalnya dimundurkan.
finding-passed-by = Catatan tidak ikut disegel, padahal catatan sesudahnya sudah.
finding-entries-beyond = Salinan memuat catatan lebih banyak daripada yang ditandatangani.
finding-entries-torn = Sekumpulan catatan tidak dapat dibaca.
finding-checkpoints-gone = Ada checkpoint yang hilang di antara dua checkpoint.
finding-checkpoint-back = Sebuah checkpoint bertanggal lebih awal daripada checkpoint sebelumnya.
finding-leaf-twice = Satu catatan memiliki dua nomor.
finding-uneven = Catatan dan nomornya tidak cocok satu per satu.
finding-unfinished = Verifikasi tidak dapat diselesaikan.

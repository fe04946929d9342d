staff-menu-history = Riwayat
staff-menu-integrity = Keutuhan
staff-menu-reports = Laporan
staff-menu-review = Sampel
staff-menu-exports = Ekspor

app-name = Pulih

import RelayServer

Program.main()

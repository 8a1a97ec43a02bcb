import RelayServer

Bench.main()

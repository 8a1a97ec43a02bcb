/// This machine itself: never reached through a proxy, whatever the environment's variables say.
enum Loopback {
    static func isHost(ofURL url: String) -> Bool {
        let rest = url.drop { $0 != "/" }.dropFirst(2)
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        if host.hasPrefix("[") { return host.prefix { $0 != "]" } == "[::1" }
        let name = host.prefix { $0 != ":" }.lowercased()
        let numbers = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return name == "localhost"
            || numbers.count == 4 && numbers[0] == 127
                && numbers.allSatisfy { $0 != nil }
    }
}

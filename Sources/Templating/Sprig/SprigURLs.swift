/// Functions of URLs: sprig's url.go over Go's net/url.
enum SprigURLs {
    static let family = FunctionFamily(
        title: "URLs",
        functions: [
            Function("urlParse", [.string], summary: "dict of scheme, host, path, …", parse),
            Function("urlJoin", [.map], summary: "the opposite of urlParse", join),
        ]
    )

    private static func parse(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        let url: GoURL
        do {
            url = try GoURL(a.text(0))
        } catch {
            throw .failed("unable to parse url: \(error)")
        }
        let map = GoMap()
        map["scheme"] = .string(url.scheme)
        map["host"] = .string(url.host)
        map["hostname"] = .string(url.hostname)
        map["path"] = .string(url.path)
        map["query"] = .string(url.query)
        map["opaque"] = .string(url.opaque)
        map["fragment"] = .string(url.fragment)
        map["userinfo"] = .string(url.user?.written ?? [])
        return .map(map)
    }

    private static func join(_ a: [Value], _ run: Run) throws(FunctionError) -> Value {
        func part(_ key: String) throws(FunctionError) -> [UInt8] {
            guard let value = a.map(0)[key] else { return [] }
            guard case .string(let bytes) = value else {
                throw .failed(
                    "unable to parse \(key) key: it must be a string, not a \(value.kindName)"
                )
            }
            return bytes
        }
        var url = GoURL()
        url.scheme = try part("scheme")
        url.host = try part("host")
        url.path = try part("path")
        url.query = try part("query")
        url.opaque = try part("opaque")
        url.fragment = try part("fragment")
        let user = try part("userinfo")
        if !user.isEmpty {
            do {
                url.user = try GoURL("proto://".utf8 + user + "@host".utf8).user
            } catch {
                throw .failed("unable to parse userinfo in dict: \(error)")
            }
        }
        return .string(url.written)
    }
}

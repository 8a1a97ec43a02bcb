import GitLab
import Testing

@Suite("Address of a GitLab")
struct GitLabAddressTests {
    @Test("an address is taken with or without sub-path, slash and /api/v4")
    func taken() throws {
        let rows: [(String, base: String, host: String)] = [
            ("https://gitlab.com", "https://gitlab.com/api/v4", "gitlab.com"),
            ("https://gitlab.com/", "https://gitlab.com/api/v4", "gitlab.com"),
            (" HTTPS://GitLab.Com/api/v4/ ", "https://gitlab.com/api/v4", "gitlab.com"),
            ("https://g.example/git", "https://g.example/git/api/v4", "g.example"),
            ("https://g.example/a/b//api/v4", "https://g.example/a/b/api/v4", "g.example"),
            ("https://g.example:443", "https://g.example/api/v4", "g.example"),
            ("https://g.example:8443/", "https://g.example:8443/api/v4", "g.example"),
            ("http://g.example:80", "http://g.example/api/v4", "g.example"),
            ("http://127.0.0.1:8081", "http://127.0.0.1:8081/api/v4", "127.0.0.1"),
            ("http://[::1]:3000/gitlab", "http://[::1]:3000/gitlab/api/v4", "::1"),
        ]
        for (text, base, host) in rows {
            let address = try GitLabAddress(text)
            #expect(address.base == base, "\(text)")
            #expect(address.host == host, "\(text)")
            #expect(try GitLabAddress(address.base) == address, "\(text)")
            #expect(address.url(of: GitLabCall.user.request) == base + "/user")
        }
    }

    @Test("plain http is fine on this machine and flagged elsewhere")
    func plain() throws {
        let rows: [(String, isPlain: Bool, isLoopback: Bool, exposes: Bool)] = [
            ("https://g.example", false, false, false), ("http://g.example", true, false, true),
            ("http://localhost:1", true, true, false), ("http://127.9.9.9", true, true, false),
            ("http://[::1]", true, true, false), ("http://127.0.0.1.example", true, false, true),
            ("http://127.evil.example.com", true, false, true),
        ]
        for (text, isPlain, isLoopback, exposes) in rows {
            let address = try GitLabAddress(text)
            #expect(address.isPlain == isPlain, "\(text)")
            #expect(address.isLoopback == isLoopback, "\(text)")
            #expect(address.exposesToken == exposes, "\(text)")
        }
    }

    @Test("what is no address is refused in clear words, never repeating a password")
    func refused() {
        let rows: [(String, String)] = [
            ("", "is empty"), ("gitlab.com", "has no scheme"), ("//gitlab.com", "has no scheme"),
            ("ftp://gitlab.com", "another scheme"), ("ssh://git@gitlab.com", "another scheme"),
            ("https://user:geheim@gitlab.com", "user or password"),
            ("https://geheim@gitlab.com", "user or password"),
            ("https://gitlab.com/?private_token=geheim", "query"),
            ("https://gitlab.com#geheim", "query or fragment"), ("https://", "no host"),
            ("https:///api/v4", "no host"), ("https://:80", "no host"),
            ("https://a:0", "port"), ("https://a:65536", "port"), ("https://a:", "port"),
            ("https://a:x", "port"), ("https://[::1", "bracket"), ("https://[x]", "IPv6"),
            ("https://[::1]x", "port"), ("https://a_b$", "no name"), ("https://a..b", "no name"),
            ("https://::1", "no host"), ("https://bücher.example", "ASCII"),
            ("https://a b", "space"), ("https://a/\u{1}", "control"),
            ("https://a/api/v3", "/api/v4"), ("https://a/api", "/api/v4"),
            ("https://a/api/v4/projects", "/api/v4"), ("https://a/../b", "sub-path"),
            ("https://a/%2e%2e", "sub-path"),
        ]
        for (text, words) in rows {
            do throws(AddressError) {
                let address = try GitLabAddress(text)
                Issue.record("taken: \(text) as \(address.base)")
            } catch {
                #expect(error.description.contains(words), "\(text): \(error)")
                #expect(!error.description.contains("geheim"), "\(text): \(error)")
            }
        }
    }
}

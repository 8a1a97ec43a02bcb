import Glibc

/// A folder of its own that is gone, with all that is in it, when its owner is.
package struct TemporaryFolder: ~Copyable {
    package let path: String

    /// Makes `PARENT/PREFIX-XXXXXX`, mode 0700: mkdtemp(3).
    ///
    /// `parent`: nil is `TMPDIR`, else `/tmp`.
    package init(prefix: String, in parent: String? = nil) throws(SystemError) {
        let parent = parent ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Self.remove(path) }

    private static func remove(_ path: String) {
        for name in (try? FileSystem.list(path)) ?? [] {
            let entry = "\(path)/\(name)"
            if unlink(entry) != 0 { remove(entry) }
        }
        rmdir(path)
    }
}

/// One case: made first, then tried, so that it can be shown even when trying it ends the process.
protocol FuzzTrial {
    /// The input, for people who want to try it themselves.
    var shown: String { get }

    /// Tries it.
    ///
    /// - Returns: Which promise was broken; nil when all were kept.
    func complaint() -> String?
}

extension [UInt8] {
    /// As text; bytes that are no UTF-8 as `\xNN`.
    var shown: String {
        if let text = String(validating: self, as: UTF8.self) { return text }
        return map { byte in
            (0x20..<0x7F).contains(byte) || byte == 0x0A
                ? String(UnicodeScalar(byte)) : "\\x" + String(byte, radix: 16)
        }.joined()
    }
}

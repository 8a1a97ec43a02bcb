/// Requests read plainly, from bytes that are all there: RFC 9112 line by line, sharing nothing
/// with the product's parser.
///
/// `Manners` are what other servers and proxies are known to let pass. Whatever the product takes
/// must mean the same to all of them, or a request could be hidden in another one's body.
struct PlainHTTP {
    struct Manners {
        /// A lone LF ends a line.
        var endsLinesByLF = false
        /// A lone CR does.
        var endsLinesByCR = false
        /// Blanks before a colon belong to no name.
        var trimsNames = false
        /// A line that begins with a blank goes on with the one before.
        var unfolds = false
        /// Content-Length counts also beside Transfer-Encoding.
        var prefersLength = false
        /// Of several lengths the last counts.
        var takesLastLength = false
        /// `chunked` anywhere in the value is enough.
        var findsChunked = false
        /// Whatever begins with digits is a number.
        var readsLeadingDigits = false

        static let strict = Manners()

        /// The strict one, each leniency alone, and all together.
        static let all: [Manners] = {
            let knobs: [WritableKeyPath<Manners, Bool>] = [
                \.endsLinesByLF, \.endsLinesByCR, \.trimsNames, \.unfolds, \.prefersLength,
                \.takesLastLength, \.findsChunked, \.readsLeadingDigits,
            ]
            var whole = Manners()
            var found = [Manners()]
            for knob in knobs {
                var manners = Manners()
                manners[keyPath: knob] = true
                whole[keyPath: knob] = true
                found.append(manners)
            }
            return found + [whole]
        }()
    }

    struct Request: Equatable {
        var method: [UInt8]
        var target: [UInt8]
        var body: [UInt8]
        /// Behind its last byte.
        var end: Int
    }

    private let bytes: [UInt8]
    private let manners: Manners
    private var at: Int

    /// Reads one request from `start` on.
    ///
    /// - Returns: nil when it is none, or not whole.
    static func request(_ bytes: [UInt8], from start: Int, _ manners: Manners) -> Request? {
        var reader = PlainHTTP(bytes: bytes, manners: manners, at: start)
        return reader.request()
    }

    private mutating func request() -> Request? {
        var first = line()
        while first?.isEmpty == true { first = line() }
        guard let first else { return nil }
        let words = first.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, words.allSatisfy({ !$0.isEmpty }) else { return nil }
        guard let fields = fields(), let framing = framing(fields), let body = body(framing) else {
            return nil
        }
        return Request(method: Array(words[0]), target: Array(words[1]), body: body, end: at)
    }

    private mutating func line() -> [UInt8]? {
        var index = at
        while index < bytes.count {
            if bytes[index] == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A {
                defer { at = index + 2 }
                return Array(bytes[at..<index])
            }
            if bytes[index] == 0x0A,
                manners.endsLinesByLF
                    || bytes[index] == 0x0D && manners.endsLinesByCR
            {
                defer { at = index + 1 }
                return Array(bytes[at..<index])
            }
            index += 1
        }
        return nil
    }

    private mutating func fields() -> [(name: [UInt8], value: [UInt8])]? {
        var found: [(name: [UInt8], value: [UInt8])] = []
        while let line = line() {
            if line.isEmpty { return found }
            if manners.unfolds, Self.isBlank(line[0]), !found.isEmpty {
                found[found.count - 1].value += [0x20] + Self.trimmed(line[...])
                continue
            }
            guard let colon = line.firstIndex(of: 0x3A) else { continue }
            let raw = line[..<colon]
            let name = manners.trimsNames ? Self.trimmed(raw) : Array(raw)
            found.append((name.map(Self.lower), Self.trimmed(line[(colon + 1)...])))
        }
        return nil
    }

    private enum Framing {
        case length(Int)
        case chunked
    }

    private func framing(_ fields: [(name: [UInt8], value: [UInt8])]) -> Framing? {
        func values(_ name: String) -> [[UInt8]] {
            fields.filter { $0.name.elementsEqual(name.utf8) }.map { $0.value.map(Self.lower) }
        }
        let lengths = values("content-length")
        let isChunked = values("transfer-encoding").contains { value in
            let words = value.split { $0 == 0x2C || Self.isBlank($0) }
            return manners.findsChunked
                ? String(decoding: value, as: UTF8.self).contains("chunked")
                : words.last.map { $0.elementsEqual("chunked".utf8) } ?? false
        }
        let length = manners.takesLastLength ? lengths.last : lengths.first
        if isChunked, length == nil || !manners.prefersLength { return .chunked }
        guard let length else { return .length(0) }
        return number(length, radix: 10).map { .length($0) }
    }

    private mutating func body(_ framing: Framing) -> [UInt8]? {
        guard case .chunked = framing else {
            if case .length(let length) = framing { return take(length) }
            return nil
        }
        var body: [UInt8] = []
        while let line = line() {
            let size = Self.trimmed(line.prefix { $0 != 0x3B })
            guard let size = number(size, radix: 16) else { return nil }
            if size == 0 { return fields() == nil ? nil : body }
            guard let piece = take(size), self.line()?.isEmpty == true else { return nil }
            body += piece
        }
        return nil
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        guard bytes.count - at >= count else { return nil }
        defer { at += count }
        return Array(bytes[at..<at + count])
    }

    private func number(_ text: [UInt8], radix: Int) -> Int? {
        func digit(_ byte: UInt8) -> Int? {
            let digit: Int? =
                switch byte {
                case 0x30...0x39: Int(byte) - 0x30
                case 0x41...0x46: Int(byte) - 0x37
                case 0x61...0x66: Int(byte) - 0x57
                default: nil
                }
            return digit.flatMap { $0 < radix ? $0 : nil }
        }
        let digits = text.prefix { digit($0) != nil }
        guard !digits.isEmpty, digits.count == text.count || manners.readsLeadingDigits else {
            return nil
        }
        var number = 0
        for byte in digits {
            let (product, isLarge) = number.multipliedReportingOverflow(by: radix)
            guard !isLarge, product < 1 << 50 else { return nil }
            number = product + (digit(byte) ?? 0)
        }
        return number
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func lower(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte + 0x20 : byte
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return Array(text)
    }
}

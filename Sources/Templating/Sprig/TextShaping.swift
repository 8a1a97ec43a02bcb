/// Cutting and wrapping, as sprig and Masterminds/goutils do it: by bytes.
enum TextShaping {
    /// `abbrev`: at most `width` bytes, the last three of them dots.
    static func abbreviate(_ text: [UInt8], width: Int) -> [UInt8] {
        guard width >= 4, text.count > width else { return text }
        return Array(text[..<(width - 3)]) + "...".utf8
    }

    /// `abbrevboth`: at most `width` bytes from `offset` on, dots on both sides.
    static func abbreviate(_ text: [UInt8], from offset: Int, width: Int) -> [UInt8] {
        guard width >= 4, offset <= 0 || width >= 7 else { return text }
        guard text.count > width else { return text }
        var offset = min(offset, text.count)
        if text.count - offset < width - 3 { offset = text.count - (width - 3) }
        if offset <= 4 { return Array(text[..<(width - 3)]) + "...".utf8 }
        // Too narrow for dots on both sides: goutils fails, and sprig drops the error.
        guard width >= 7 else { return [] }
        if offset + width - 3 < text.count {
            return Array("...".utf8) + abbreviate(Array(text[offset...]), width: width - 3)
        }
        return Array("...".utf8) + text[(text.count - (width - 3))...]
    }

    /// `trunc`: the first bytes, or the last ones when negative.
    static func truncate(_ text: [UInt8], to count: Int) -> [UInt8] {
        if count < 0 { return text.count + count > 0 ? Array(text[(text.count + count)...]) : text }
        return text.count > count ? Array(text[..<count]) : text
    }

    /// `substr`; nil where Go's slice expression panics.
    static func substring(_ text: [UInt8], from start: Int, to end: Int) -> [UInt8]? {
        if start < 0 { return 0...text.count ~= end ? Array(text[..<end]) : nil }
        if end < 0 || end > text.count { return start <= text.count ? Array(text[start...]) : nil }
        return start <= end ? Array(text[start..<end]) : nil
    }

    /// `wrap` and `wrapWith`: breaks at blanks so that lines have at most `width` bytes.
    ///
    /// `splitsWords` cuts longer words; otherwise they stand out.
    static func wrap(
        _ text: [UInt8],
        width: Int,
        with lineEnd: [UInt8],
        splitsWords: Bool
    ) -> [UInt8] {
        let width = max(width, 1)
        let lineEnd = lineEnd.isEmpty ? [0x0A] : lineEnd
        var output: [UInt8] = []
        var offset = 0
        while text.count - offset > width {
            if text[offset] == 0x20 {
                offset += 1
                continue
            }
            let limit = offset + width
            if let blank = text[offset...limit].lastIndex(of: 0x20) {
                output += text[offset..<blank] + lineEnd
                offset = blank + 1
            } else if splitsWords {
                output += text[offset..<limit] + lineEnd
                offset = limit
            } else if let blank = text[limit...].firstIndex(of: 0x20) {
                output += text[offset..<blank] + lineEnd
                offset = blank + 1
            } else {
                output += text[offset...]
                offset = text.count
            }
        }
        return output + text[offset...]
    }

    /// Go's `strings.Replace` of all; an empty `old` stands before each character and at the end.
    static func replace(_ old: [UInt8], with new: [UInt8], in text: [UInt8]) -> [UInt8] {
        var output: [UInt8] = []
        var index = 0
        if old.isEmpty {
            while index < text.count {
                let width = CodePoint.decode(text, at: index).width
                output += new + text[index..<index + width]
                index += width
            }
            return output + new
        }
        while let found = find(old, in: text, from: index) {
            output += text[index..<found] + new
            index = found + old.count
        }
        return output + text[index...]
    }

    /// How often `part` stands in `text`, one behind the other, as `strings.Count`.
    static func count(_ part: [UInt8], in text: [UInt8]) -> Int {
        if part.isEmpty { return CodePoint.all(of: text).count + 1 }
        var count = 0
        var index = 0
        while let found = find(part, in: text, from: index) {
            count += 1
            index = found + part.count
        }
        return count
    }

    /// Where `part` begins at or after `start`; nil where it does not.
    static func find(_ part: [UInt8], in text: [UInt8], from start: Int = 0) -> Int? {
        guard let first = part.first else { return start }
        // A long part may begin again and again in vain.
        if part.count > 16 { return findLong(part, in: text, from: start) }
        var index = start
        while index + part.count <= text.count {
            if text[index] == first && text[index...].starts(with: part) { return index }
            index += 1
        }
        return nil
    }

    /// Knuth, Morris and Pratt's way: no byte of the text is read twice.
    private static func findLong(_ part: [UInt8], in text: [UInt8], from start: Int) -> Int? {
        guard text.count - start >= part.count else { return nil }
        let borders = borders(of: part)
        var matched = 0
        for index in start..<text.count {
            while matched > 0, text[index] != part[matched] { matched = borders[matched - 1] }
            if text[index] == part[matched] { matched += 1 }
            if matched == part.count { return index + 1 - matched }
        }
        return nil
    }

    /// For each beginning of `part`: how long its longest border is, an end that is a beginning too.
    private static func borders(of part: [UInt8]) -> [Int] {
        var borders = [Int](repeating: 0, count: part.count)
        var length = 0
        for index in part.indices.dropFirst() {
            while length > 0, part[index] != part[length] { length = borders[length - 1] }
            if part[index] == part[length] { length += 1 }
            borders[index] = length
        }
        return borders
    }

    /// Go's `strings.SplitN`: at most `limit` pieces, all when negative, none for 0.
    static func split(_ text: [UInt8], by separator: [UInt8], limit: Int = -1) -> [[UInt8]] {
        if limit == 0 { return [] }
        var pieces: [[UInt8]] = []
        var index = 0
        if separator.isEmpty {
            while index < text.count, limit < 0 || pieces.count < limit - 1 {
                let width = CodePoint.decode(text, at: index).width
                pieces.append(Array(text[index..<index + width]))
                index += width
            }
            if index < text.count { pieces.append(Array(text[index...])) }
            return pieces
        }
        while limit < 0 || pieces.count < limit - 1,
            let found = find(separator, in: text, from: index)
        {
            pieces.append(Array(text[index..<found]))
            index = found + separator.count
        }
        return pieces + [Array(text[index...])]
    }

    static func join(_ texts: [[UInt8]], by separator: [UInt8]) -> [UInt8] {
        Array(texts.joined(separator: separator))
    }

    /// Go's `strings.TrimSpace`, and `strings.Trim` by code points.
    static func trim(_ text: [UInt8], _ isTrimmed: (UInt32) -> Bool) -> [UInt8] {
        var start = 0
        while start < text.count {
            let (point, width) = CodePoint.decode(text, at: start)
            guard isTrimmed(point) else { break }
            start += width
        }
        var end = text.count
        while end > start {
            var begin = end - 1
            while begin > start, end - begin < 4, text[begin] & 0xC0 == 0x80 { begin -= 1 }
            var (point, width) = CodePoint.decode(text, at: begin)
            if begin + width != end { (point, width) = (CodePoint.replacement, 1) }
            guard isTrimmed(point) else { break }
            end -= width
        }
        return Array(text[start..<end])
    }
}

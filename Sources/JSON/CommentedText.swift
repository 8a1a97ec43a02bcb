/// Blanks what JSON does not have but configuration files may.
///
/// A comma counts as trailing only behind a value, so `[,]` stays wrong.
enum CommentedText {
    static func blanked(_ bytes: [UInt8]) -> [UInt8] {
        var out = bytes
        /// The comma that nothing but blanks and comments stands behind so far.
        var comma: Int?
        /// Whether something that a comma may follow was the last thing seen.
        var isBehindValue = false
        var index = 0
        while index < out.count {
            switch out[index] {
            case 0x22:
                (comma, isBehindValue) = (nil, true)
                index = endOfString(out, from: index)
                continue
            case 0x2F where index + 1 < out.count && out[index + 1] == 0x2F:
                while index < out.count, out[index] != 0x0A, out[index] != 0x0D {
                    out[index] = 0x20
                    index += 1
                }
                continue
            case 0x2C:
                comma = isBehindValue ? index : nil
                isBehindValue = false
            case 0x5D, 0x7D:
                if let trailing = comma { out[trailing] = 0x20 }
                (comma, isBehindValue) = (nil, true)
            case 0x20, 0x09, 0x0A, 0x0D: break
            case 0x5B, 0x7B, 0x3A: (comma, isBehindValue) = (nil, false)
            default: (comma, isBehindValue) = (nil, true)
            }
            index += 1
        }
        return out
    }

    private static func endOfString(_ bytes: [UInt8], from start: Int) -> Int {
        var index = start + 1
        while index < bytes.count, bytes[index] != 0x22, bytes[index] != 0x0A {
            index += bytes[index] == 0x5C ? 2 : 1
        }
        return min(index + 1, bytes.count)
    }
}

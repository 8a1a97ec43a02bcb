/// Bytes that were no record: set aside, never a reason not to start.
package struct Damage: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// Something changed what had been written.
        case damaged
        /// The end of the newest segment, cut off: the last write was not whole. After a crash
        /// that is nothing unusual, and nobody had been promised what it held; damage to the very
        /// last record looks the same.
        case torn
        /// The index of a closed segment, damaged or left unfinished by a crash, and made anew
        /// from the records: nothing is lost.
        case index
        /// A whole segment is not there.
        case missing

        /// Whether something may be lost that had been promised.
        package var mayHaveLost: Bool { self != .index }
    }

    package let kind: Kind
    package let file: String
    package let offset: Int
    package let count: Int
    /// Where the bytes were copied to; nil when that failed or there are none.
    package let quarantine: String?

    package var description: String {
        let what =
            switch kind {
            case .damaged: "\(count) damaged bytes at offset \(offset)"
            case .torn: "\(count) bytes of an unfinished write at offset \(offset), cut off"
            case .index: "the index at offset \(offset) was not whole, and is made anew"
            case .missing: "the file is missing; restore it from a backup if there is one"
            }
        return "\(file): \(what)" + (quarantine.map { ", kept in \($0)" } ?? "")
    }
}

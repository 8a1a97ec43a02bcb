/// Where a record lies in its log; orders records as they were written.
package struct RecordPosition: Hashable, Comparable, Sendable {
    /// The segment's number, from 1.
    package let segment: UInt32
    /// The record's first byte in the segment's file.
    package let offset: UInt32

    package init(segment: UInt32, offset: UInt32) {
        self.segment = segment
        self.offset = offset
    }

    package static func < (a: RecordPosition, b: RecordPosition) -> Bool {
        (a.segment, a.offset) < (b.segment, b.offset)
    }
}

/// What was written, and what its writer calls it.
package struct Record: Equatable, Sendable {
    package let position: RecordPosition
    package let kind: UInt8
    package let bytes: [UInt8]

    package init(position: RecordPosition, kind: UInt8, bytes: [UInt8]) {
        self.position = position
        self.kind = kind
        self.bytes = bytes
    }
}

/// Bytes that were no record: set aside, never a reason not to start.
package struct Damage: Equatable, Sendable, CustomStringConvertible {
    package let file: String
    package let offset: Int
    package let count: Int
    /// Where the bytes were copied to; nil when that failed.
    package let quarantine: String?

    package var description: String {
        "\(file): \(count) damaged bytes at offset \(offset)"
            + (quarantine.map { ", kept in \($0)" } ?? "")
    }
}

/// Why a log cannot be read or written.
package enum StorageError: Error, Equatable, CustomStringConvertible {
    /// Nothing of the batch is promised; the log can be used again once there is room.
    case full(file: String, reason: String)
    /// What was written may or may not be on disk, and asking again would not tell: the process
    /// must say so and end.
    case flushFailed(file: String, reason: String)
    case unreadable(file: String, reason: String)
    /// No record begins there, or its checksum does not fit.
    case damaged(file: String, offset: Int)
    /// Another process uses the folder.
    case locked(folder: String, by: String)

    /// Whether the log may be used on.
    package var isRecoverable: Bool { if case .full = self { true } else { false } }

    package var description: String {
        switch self {
        case .full(let file, let reason): "\(file): cannot be written: \(reason)"
        case .flushFailed(let file, let reason):
            "\(file): the flush failed: \(reason); what was written last may be lost"
        case .unreadable(let file, let reason): "\(file): \(reason)"
        case .damaged(let file, let offset): "\(file): the record at offset \(offset) is damaged"
        case .locked(let folder, let owner):
            "\(folder): is used by \(owner); one relay per data folder"
        }
    }
}

/// Why a log cannot be read or written.
package enum StorageError: Error, Equatable, CustomStringConvertible {
    /// Nothing of the batch is promised; the log can be used again once there is room, or once its
    /// folder is back.
    case full(file: String, reason: String)
    /// What was written may or may not be on disk, and asking again would not tell: the process
    /// must say so and end.
    case flushFailed(file: String, reason: String)
    /// The open file is no longer the log's: it was deleted, or another has taken its place. Only
    /// a restart finds out what there is now.
    case lost(file: String, reason: String)
    case unreadable(file: String, reason: String)
    /// No record begins there, or its checksum does not fit.
    case damaged(file: String, offset: Int)
    /// The record was dropped with its segment.
    case dropped(file: String)
    /// A newer version of the relay wrote this; reading it as damage would lose it.
    case newerVersion(file: String, version: UInt8)
    /// Another process uses the folder.
    case locked(folder: String, by: String)

    /// Whether the log may be used on.
    package var isRecoverable: Bool { if case .full = self { true } else { false } }

    package var description: String {
        switch self {
        case .full(let file, let reason): "\(file): cannot be written: \(reason)"
        case .flushFailed(let file, let reason):
            "\(file): the flush failed: \(reason); what was written last may be lost"
        case .lost(let file, let reason): "\(file): \(reason)"
        case .unreadable(let file, let reason): "\(file): \(reason)"
        case .damaged(let file, let offset): "\(file): the record at offset \(offset) is damaged"
        case .dropped(let file): "\(file): is gone; the record was older than the retention"
        case .newerVersion(let file, let version):
            "\(file): has format version \(version), this relay reads up to "
                + "\(SegmentFormat.version); use the relay that wrote it, or a newer one"
        case .locked(let folder, let owner):
            "\(folder): is used by \(owner); one relay per data folder"
        }
    }
}

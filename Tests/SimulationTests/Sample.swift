import Foundation

/// Which histories are played: all, or one of so many.
///
/// A history is one thread's, and takes twenty times as long under the thread sanitizer:
/// `HISTORIES=few` leaves most of them out there (Sources/README.md, Sanitizers).
enum Sample {
    static let step = ProcessInfo.processInfo.environment["HISTORIES"] == "few" ? 40 : 1
}

import Glibc
import POSIX

/// How far a run of cases has come, in a file that outlives the process which runs them.
struct FuzzProgress {
    /// The case that is being tried.
    var number = 0
    var count = 0
    var finds = 0
    /// CPU time of the longest case, and which one it was.
    var longest = 0
    var longestNumber = 0

    private var words: [Int] { [number, count, finds, longest, longestNumber] }

    init() {}

    /// What the file says; all zeros when it says nothing.
    init(reading path: String) {
        guard case .success(let bytes) = FileSystem.read(path) else { return }
        let words = bytes.withUnsafeBytes { raw in
            (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Int.self) }
        }
        guard words.count == 5 else { return }
        (number, count, finds) = (words[0], words[1], words[2])
        (longest, longestNumber) = (words[3], words[4])
    }

    func write(to file: Int32) {
        words.withUnsafeBytes { _ = pwrite(file, $0.baseAddress, $0.count, 0) }
    }
}

import Foundation
import POSIX
import Testing

@Suite("Lines to a reader that may be stuck")
struct LineOutputTests {
    private func line(_ number: Int) -> [UInt8] {
        Array("line \(number) \(String(repeating: "x", count: 90))\n".utf8)
    }

    private func gap(_ count: Int) -> [UInt8] { Array("left out \(count)\n".utf8) }

    @Test("nothing is lost up to the limit; beyond it lines are left out, and their count is told")
    func stuck() throws {
        let pipe = Pipe()
        let output = LineOutput(pipe.fileHandleForWriting.fileDescriptor, limit: 20_000)
        let many = 5000
        // The reader takes nothing: this would stand still if it ever waited.
        for number in 0..<many { output.write(line(number), gap: gap) }
        #expect(output.isBehind)
        var seen = Data()
        while output.isBehind {
            seen += pipe.fileHandleForReading.availableData
            output.catchUp()
        }
        output.write(line(many), gap: gap)
        output.finish(milliseconds: 1000)
        #expect(!output.isBehind)
        try pipe.fileHandleForWriting.close()
        seen += try pipe.fileHandleForReading.readToEnd() ?? Data()
        let lines = String(decoding: seen, as: UTF8.self).split(separator: "\n")
        let kept = lines.count - 2
        #expect(kept > 150, "what waits counts beside what the pipe holds")
        for number in 0..<kept { #expect(lines[number].hasPrefix("line \(number) ")) }
        #expect(lines[kept] == "left out \(many - kept)")
        #expect(lines[kept + 1].hasPrefix("line \(many) "))
    }

    @Test("gathered lines go out together, in order, and none is lost at the limit's half")
    func gathering() throws {
        let pipe = Pipe()
        let output = LineOutput(pipe.fileHandleForWriting.fileDescriptor, limit: 20_000)
        output.beginGathering()
        for number in 0..<20 { output.write(line(number), gap: gap) }
        #expect(output.isBehind)
        for number in 20..<300 { output.write(line(number), gap: gap) }
        output.endGathering()
        #expect(!output.isBehind)
        try pipe.fileHandleForWriting.close()
        let seen = try pipe.fileHandleForReading.readToEnd() ?? Data()
        #expect(Array(seen) == (0..<300).flatMap { line($0) })
    }

    @Test("an end waits for a reader only so long")
    func finish() {
        let pipe = Pipe()
        let output = LineOutput(pipe.fileHandleForWriting.fileDescriptor)
        for number in 0..<2000 { output.write(line(number), gap: gap) }
        output.finish(milliseconds: 1)
        #expect(output.isBehind)
    }

    @Test("a reader that is gone ends nothing, and nothing is kept for it")
    func gone() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        let output = LineOutput(pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForReading.close()
        output.write(line(0), gap: gap)
        #expect(!output.isBehind)
    }
}

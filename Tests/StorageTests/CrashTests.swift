import Storage
import Testing

/// Stops the log at each of its system calls and looks at what a restart finds.
@Suite("Crash at every call")
struct CrashTests {
    /// What was promised, and what was asked for without an answer.
    struct Model {
        var promised: [String] = []
        var doubtful: [String] = []
    }

    /// A history that commits batches, fills segments and drops; stops at the first failure when
    /// the process would have died there.
    private func run(_ log: inout RecordLog, untilFailure: Bool) -> Model {
        var model = Model()
        var number = 0
        for step in 0..<12 {
            let batch = (0..<(step % 3 + 1)).map { "record \(number + $0)" }
            number += batch.count
            for text in batch { _ = log.stage(kind: 1, Array(text.utf8)) }
            do {
                try log.commit()
                model.promised += batch
            } catch {
                model.doubtful += batch
                if untilFailure { return model }
            }
            guard step % 4 == 3 else { continue }
            do {
                _ = try log.dropOldest { _ in true }
            } catch {
                if untilFailure { return model }
            }
        }
        return model
    }

    private func check(_ model: Model, in folder: LogFolder, _ place: Comment) throws {
        var log = try folder.log()
        let found = try texts(&log)
        let missing = Set(model.promised).subtracting(found)
        #expect(missing.isEmpty, place)
        let strangers = Set(found).subtracting(model.promised + model.doubtful)
        #expect(strangers.isEmpty, place)
        #expect(
            log.damage.allSatisfy { $0.kind == .torn || $0.kind == .index },
            "\(place): \(log.damage)"
        )
        // And the log goes on, also after one more restart.
        try log.put("after")
        log = try folder.log()
        #expect(try texts(&log) == found + ["after"], place)
    }

    private func options(
        _ disk: FaultyDisk,
        _ fillsRoom: Bool
    ) -> (inout RecordLog.Options) -> Void {
        { options in
            options.files = disk.files
            options.segmentBytes = 110
            options.reserveBytes = 20
            options.fillsRoom = fillsRoom
        }
    }

    /// How many calls the whole history makes.
    private func callCount(_ fillsRoom: Bool) throws -> Int {
        let folder = try LogFolder()
        let disk = FaultyDisk()
        var log = try folder.log(options(disk, fillsRoom))
        let model = run(&log, untilFailure: false)
        #expect(model.doubtful.isEmpty)
        return disk.calls.count
    }

    @Test(
        "the process dies at call N: all that was promised is there, nothing else than was asked",
        arguments: [false, true]
    )
    func dies(fillsRoom: Bool) throws {
        let calls = try callCount(fillsRoom)
        #expect(calls > 60)
        for call in 0..<calls {
            let folder = try LogFolder()
            let disk = FaultyDisk()
            disk.fail(at: call, .forever)
            var model = Model()
            do {
                var log = try folder.log(options(disk, fillsRoom))
                model = run(&log, untilFailure: true)
            } catch {
                // The start itself died.
            }
            try check(model, in: folder, "died at call \(call), \(disk.calls.last ?? "")")
        }
    }

    @Test("call N fails once: the log goes on, or says that it cannot", arguments: [false, true])
    func failsOnce(fillsRoom: Bool) throws {
        for call in 0..<(try callCount(fillsRoom)) {
            let folder = try LogFolder()
            let disk = FaultyDisk()
            disk.fail(at: call, .once)
            var model = Model()
            do {
                var log = try folder.log(options(disk, fillsRoom))
                model = run(&log, untilFailure: false)
            } catch {
                // The start was refused; the next one must succeed.
            }
            try check(model, in: folder, "failed at call \(call), \(disk.calls[call])")
        }
    }

    /// 946 and 2,850 states of the file: the batch alone, and with the header before it; each with
    /// and without room that is filled with zeros behind it.
    @Test(
        "any run of a batch's bytes is missing, wherever it begins and ends: whole records count",
        arguments: [1, 0],
        [0, 50]
    )
    func holes(before: Int, room: Int) throws {
        let folder = try LogFolder()
        var log = try folder.log()
        let promised = (0..<before).map { "promised \($0)" }
        for text in promised { try log.put(text) }
        let old = try folder.snapshot()
        let batch = ["one", "two three", "4"]
        try log.put(batch[0], batch[1], batch[2])
        let name = folder.segments[0]
        let whole = try folder.bytes(name)
        let start = old[name]?.count ?? 0
        var cases = 0
        // The kernel may have written any part of what was not flushed, and grown the file.
        for first in start..<whole.count {
            for last in (first + 1)...whole.count {
                var bytes = whole
                for place in first..<last { bytes[place] = 0 }
                try folder.restore([name: bytes + [UInt8](repeating: 0, count: room)])
                log = try folder.log()
                let found = try texts(&log)
                let place: Comment = "without \(first)..<\(last)"
                #expect(found.starts(with: promised), place)
                #expect(batch.filter(found.contains) == Array(found.dropFirst(before)), place)
                if before == 1, first >= start + 13 { #expect(found.contains("one"), place) }
                if found.isEmpty { #expect(log.damage.allSatisfy { $0.kind == .torn }, place) }
                try log.put("after")
                log = try folder.log()
                #expect(try texts(&log) == found + ["after"], place)
                cases += 1
            }
        }
        #expect(cases == (before == 1 ? 946 : 2850))
    }
}

/// Pike's machine: all ways through the program side by side, in the order a backtracker would try.
///
/// Time is bounded by the text's length times the program's; there is no pattern that makes it
/// exponential. The budget bounds that product too.
struct RegularExpressionMachine {
    /// Ways followed in one order of rank, each with the positions it saved.
    private struct Threads {
        var instructions: [Int] = []
        /// `slotCount` for each of `instructions`.
        var saved: [Int] = []

        mutating func removeAll() {
            instructions.removeAll(keepingCapacity: true)
            saved.removeAll(keepingCapacity: true)
        }
    }

    private enum Pending {
        case visit(Int)
        case restore(slot: Int, value: Int)
    }

    private let program: RegularExpressionProgram
    private let text: [UInt8]
    private let slotCount: Int
    private let budget: SearchBudget
    private var stepsLeft: Int
    private var current = Threads()
    private var following = Threads()
    private var scratch: [Int]
    private var pending: [Pending] = []
    /// The round in which an instruction was last reached: each is followed once a position.
    private var reached: [Int]
    private var round = 0

    private static let lookUpSteps = 16

    /// Saves `slotCount` positions: 2 for the match, 2 more for each group, 0 for a mere yes.
    init(
        _ program: RegularExpressionProgram,
        on text: [UInt8],
        slotCount: Int,
        _ budget: SearchBudget
    ) {
        self.program = program
        self.text = text
        self.slotCount = slotCount
        self.budget = budget
        stepsLeft = budget.stepsLeft
        scratch = [Int](repeating: -1, count: slotCount)
        reached = [Int](repeating: 0, count: program.instructions.count)
    }

    /// The leftmost match of highest rank at or after `start`: positions, -1 where there is none.
    mutating func firstMatch(from start: Int) throws(RegularExpressionError) -> [Int]? {
        defer { budget.stepsLeft = stepsLeft }
        var position = start
        var match: [Int]?
        current.removeAll()
        round += 1
        while true {
            if current.instructions.isEmpty {
                guard match == nil, let next = candidate(from: position) else { return match }
                position = next
            }
            if match == nil {
                for slot in scratch.indices { scratch[slot] = -1 }
                swap(&current, &following)
                try follow(0, at: position)
                swap(&current, &following)
            }
            let isAtEnd = position == text.count
            let (point, width) = isAtEnd ? (0, 0) : CodePoint.decode(text, at: position)
            round += 1
            following.removeAll()
            if let found = try step(point, isAtEnd: isAtEnd, to: position + width) { match = found }
            if isAtEnd { return match }
            position += width
            swap(&current, &following)
        }
    }

    /// The next place where a match can begin, by its first byte.
    private func candidate(from start: Int) -> Int? {
        guard let firstBytes = program.firstBytes else { return start }
        var position = start
        while position < text.count, !firstBytes[Int(text[position])] {
            position += text[position] < 0x80 ? 1 : CodePoint.decode(text, at: position).width
        }
        return position < text.count ? position : nil
    }

    /// Moves each thread over one character; a match ends those of lower rank.
    private mutating func step(
        _ point: UInt32,
        isAtEnd: Bool,
        to next: Int
    ) throws(RegularExpressionError) -> [Int]? {
        // What lies beyond ASCII may have to be looked up, under each of its cases.
        if point >= 0x80 { stepsLeft -= current.instructions.count * Self.lookUpSteps }
        for (thread, index) in current.instructions.enumerated() {
            if case .match = program.instructions[index] {
                return Array(current.saved[thread * slotCount..<(thread + 1) * slotCount])
            }
            guard !isAtEnd, program.takes(point, at: index) else { continue }
            for slot in 0..<slotCount { scratch[slot] = current.saved[thread * slotCount + slot] }
            try follow(index + 1, at: next)
        }
        return nil
    }

    /// Adds to `following` all that is reached without a character, with `scratch`'s positions.
    private mutating func follow(
        _ start: Int,
        at position: Int
    ) throws(RegularExpressionError) {
        pending.append(.visit(start))
        while let next = pending.popLast() {
            switch next {
            case .restore(let slot, let value): scratch[slot] = value
            case .visit(let index): walk(from: index, at: position)
            }
            guard stepsLeft > 0 else { throw .tooManySteps(limit: budget.steps) }
        }
    }

    private mutating func walk(from start: Int, at position: Int) {
        var index = start
        while reached[index] != round {
            reached[index] = round
            stepsLeft -= 1
            switch program.instructions[index] {
            case .jump(let target): index = target
            case .split(let first, let second):
                pending.append(.visit(second))
                index = first
            case .save(let slot):
                if slot < slotCount {
                    pending.append(.restore(slot: slot, value: scratch[slot]))
                    scratch[slot] = position
                }
                index += 1
            case .assertion(let assertion):
                guard holds(assertion, at: position) else { return }
                index += 1
            case .character, .foldedCharacter, .anyCharacter, .anyCharacterButNewline,
                .characterClass, .match:
                following.instructions.append(index)
                if slotCount > 0 { following.saved.append(contentsOf: scratch) }
                return
            }
        }
    }

    private func holds(_ assertion: RegularExpressionNode.Assertion, at position: Int) -> Bool {
        switch assertion {
        case .textStart: position == 0
        case .textEnd: position == text.count
        case .lineStart: position == 0 || text[position - 1] == 0x0A
        case .lineEnd: position == text.count || text[position] == 0x0A
        case .wordBoundary: isWord(position - 1) != isWord(position)
        case .noWordBoundary: isWord(position - 1) == isWord(position)
        }
    }

    private func isWord(_ index: Int) -> Bool {
        guard text.indices.contains(index) else { return false }
        switch text[index] {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: return true
        default: return false
        }
    }
}

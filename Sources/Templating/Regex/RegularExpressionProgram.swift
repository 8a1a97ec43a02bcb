/// A pattern as instructions of Pike's machine: linear in the text, whatever the pattern.
struct RegularExpressionProgram {
    enum Instruction {
        case character(UInt32)
        /// The key of a case-folding orbit.
        case foldedCharacter(UInt32)
        case anyCharacter
        case anyCharacterButNewline
        /// Index in `classes`.
        case characterClass(Int)
        case assertion(RegularExpressionNode.Assertion)
        /// Remembers the position: 2g where group g begins, 2g + 1 where it ends.
        case save(Int)
        case jump(Int)
        /// Tries the first, then the second.
        case split(Int, Int)
        case match
    }

    /// Instructions of one program.
    static let sizeLimit = 100_000

    private(set) var instructions: [Instruction] = []
    private(set) var classes: [CharacterClass] = []
    /// Bytes with which a match can begin, to skip by; nil where it can be empty.
    private(set) var firstBytes: [Bool]?

    init(_ node: RegularExpressionNode) throws(RegularExpressionError) {
        try emit(.save(0))
        try compile(node)
        try emit(.save(1))
        try emit(.match)
        firstBytes = computeFirstBytes()
    }

    private mutating func emit(_ instruction: Instruction) throws(RegularExpressionError) {
        guard instructions.count < Self.sizeLimit else { throw .tooLarge(limit: Self.sizeLimit) }
        instructions.append(instruction)
    }

    private mutating func compile(_ node: RegularExpressionNode) throws(RegularExpressionError) {
        switch node {
        case .empty: break
        case .literal(let point, false): try emit(.character(point))
        case .literal(let key, true): try emit(.foldedCharacter(key))
        case .anyCharacter(true): try emit(.anyCharacter)
        case .anyCharacter(false): try emit(.anyCharacterButNewline)
        case .characterClass(let set):
            classes.append(set)
            try emit(.characterClass(classes.count - 1))
        case .assertion(let assertion): try emit(.assertion(assertion))
        case .group(let index, let inner):
            try emit(.save(2 * index))
            try compile(inner)
            try emit(.save(2 * index + 1))
        case .sequence(let parts):
            for part in parts { try compile(part) }
        case .alternatives(let parts): try compile(alternatives: parts)
        case .repetition(let inner, let least, let most, let isGreedy):
            try compile(inner, least: least, most: most, isGreedy: isGreedy)
        }
    }

    private mutating func compile(
        alternatives parts: [RegularExpressionNode]
    ) throws(RegularExpressionError) {
        var jumps: [Int] = []
        for part in parts.dropLast() {
            let split = instructions.count
            try emit(.split(split + 1, 0))
            try compile(part)
            jumps.append(instructions.count)
            try emit(.jump(0))
            instructions[split] = .split(split + 1, instructions.count)
        }
        if let last = parts.last { try compile(last) }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func compile(
        _ inner: RegularExpressionNode,
        least: Int,
        most: Int?,
        isGreedy: Bool
    ) throws(RegularExpressionError) {
        guard let most else {
            for _ in 0..<max(0, least - 1) { try compile(inner) }
            return try least == 0 ? star(inner, isGreedy) : plus(inner, isGreedy)
        }
        for _ in 0..<least { try compile(inner) }
        var splits: [Int] = []
        for _ in least..<most {
            splits.append(instructions.count)
            try emit(.split(0, 0))
            try compile(inner)
        }
        for split in splits { branch(split, into: split + 1, isGreedy) }
    }

    /// A nullable inside is `(x+)?`, so that a round that takes nothing keeps its rank.
    private mutating func star(
        _ inner: RegularExpressionNode,
        _ isGreedy: Bool
    ) throws(RegularExpressionError) {
        let split = instructions.count
        try emit(.split(0, 0))
        if inner.isNullable {
            try plus(inner, isGreedy)
        } else {
            try compile(inner)
            try emit(.jump(split))
        }
        branch(split, into: split + 1, isGreedy)
    }

    private mutating func plus(
        _ inner: RegularExpressionNode,
        _ isGreedy: Bool
    ) throws(RegularExpressionError) {
        let start = instructions.count
        try compile(inner)
        let split = instructions.count
        try emit(.split(0, 0))
        branch(split, into: start, isGreedy)
    }

    /// Sets a split between going on at `target` and leaving to what comes next.
    private mutating func branch(_ split: Int, into target: Int, _ isGreedy: Bool) {
        let end = instructions.count
        instructions[split] = isGreedy ? .split(target, end) : .split(end, target)
    }

    /// nil when the empty text may match.
    private func computeFirstBytes() -> [Bool]? {
        var bytes = [Bool](repeating: false, count: 256)
        var visited = [Bool](repeating: false, count: instructions.count)
        var waiting = [0]
        while let index = waiting.popLast() {
            guard !visited[index] else { continue }
            visited[index] = true
            switch instructions[index] {
            case .match: return nil
            case .save, .assertion: waiting.append(index + 1)
            case .jump(let target): waiting.append(target)
            case .split(let first, let second): waiting += [first, second]
            case .character, .foldedCharacter, .anyCharacter, .anyCharacterButNewline,
                .characterClass:
                for point in UInt32(0)..<128 where takes(point, at: index) {
                    bytes[Int(point)] = true
                }
                // What lies beyond ASCII is not told apart by its first byte.
                if case .character(let point) = instructions[index], point < 0x80 { continue }
                for byte in 0x80...0xFF { bytes[byte] = true }
            }
        }
        return bytes
    }

    /// Whether the instruction, one that takes a character, takes this one.
    @inline(__always)
    func takes(_ point: UInt32, at index: Int) -> Bool {
        switch instructions[index] {
        case .character(let own): own == point
        case .foldedCharacter(let key): CaseFolding.key(of: point) == key
        case .anyCharacter: true
        case .anyCharacterButNewline: point != 0x0A
        case .characterClass(let set): classes[set].contains(point)
        case .assertion, .save, .jump, .split, .match: false
        }
    }
}

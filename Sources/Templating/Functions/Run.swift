/// What one rendering has at hand: the world, and how much it may still do.
///
/// Born in `Template.render`, used by one thread, gone when the text is there.
final class Run {
    let world: TemplateWorld
    let limits: TemplateLimits
    private(set) var stepsLeft: Int
    /// How deep a value is being walked; whoever catches an error sets it back.
    var depth = 0
    /// Maps that were changed: only these can hold themselves.
    private var changed: [GoMap] = []
    /// Patterns that were read already: a loop reads its own once.
    private var patterns: [[UInt8]: RegularExpression] = [:]
    /// State of the functions of chance (SplitMix64), seeded by the world.
    private var chance: UInt64

    init(_ world: TemplateWorld, _ limits: TemplateLimits) {
        self.world = world
        self.limits = limits
        stepsLeft = limits.steps
        chance = world.seed
    }

    /// Counts work: one step a value made or looked at, roughly.
    ///
    /// Call it before the work, with its whole size.
    func spend(_ steps: Int) throws(FunctionError) {
        guard steps <= stepsLeft else {
            stepsLeft = 0
            throw .limit("more than \(limits.steps) steps (limit steps)")
        }
        stepsLeft -= steps
    }

    /// Asks for a text of `bytes`, or a list of that many bytes, before it is made.
    func allow(bytes: Int) throws(FunctionError) {
        guard bytes <= limits.valueBytes else {
            throw .limit("a value of more than \(limits.valueBytes) bytes (limit valueBytes)")
        }
        try spend(bytes >> 4 + 1)
    }

    /// Asks for a list of `elements`, before it is made; an element counts as 32 bytes.
    func allow(elements: Int) throws(FunctionError) {
        let (bytes, isTooLarge) = elements.multipliedReportingOverflow(by: 32)
        try allow(bytes: isTooLarge ? .max : bytes)
    }

    /// Walks a level deeper into a value of `count` elements; `leave` comes after.
    func enter(_ count: Int) throws(FunctionError) {
        guard depth < Self.depthLimit else {
            throw .failed(
                "the value is nested deeper than \(Self.depthLimit); does it hold itself?"
            )
        }
        try spend(count + 1)
        depth += 1
    }

    func leave() { depth -= 1 }

    /// Deeper than any body may be, and what the stack of a thread bears.
    private static let depthLimit = 1000

    /// Asks for changing a map that others may hold, before it is changed.
    ///
    /// - Throws: For a nil map, as Go does.
    func change(_ map: GoMap) throws(FunctionError) {
        guard !map.isNil else { throw .failed("assignment to entry in nil map") }
        if changed.last !== map { changed.append(map) }
    }

    /// Takes changed maps apart: one that holds itself would stay for ever.
    func end() {
        for map in changed { map.clear() }
        changed = []
    }

    /// Reads a regular expression, the first time it is asked for.
    func pattern(_ text: [UInt8]) throws(FunctionError) -> RegularExpression {
        if let known = patterns[text] { return known }
        try spend(text.count)
        let pattern: RegularExpression
        do {
            pattern = try RegularExpression(text)
        } catch {
            throw error.functionError
        }
        try spend(pattern.size >> 3)
        if patterns.count >= Self.patternLimit { patterns.removeAll() }
        patterns[text] = pattern
        return pattern
    }

    /// Patterns that are kept at once.
    private static let patternLimit = 100

    /// The next of the seed's pseudo-random numbers.
    func random() -> UInt64 {
        chance &+= 0x9E37_79B9_7F4A_7C15
        var mixed = chance
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

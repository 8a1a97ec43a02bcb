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
    /// Patterns of the template's text.
    private let literalPatterns: [[UInt8]: RegularExpression]
    /// Others that were read already: a loop reads its own once.
    private var patterns: [[UInt8]: RegularExpression] = [:]
    /// Zones that were looked up already; nil where there is none of the name.
    private var zones: [String: TimeZone?] = [:]
    /// State of the functions of chance (SplitMix64), seeded by the world.
    private var chance: UInt64

    init(
        _ world: TemplateWorld,
        _ limits: TemplateLimits,
        patterns: [[UInt8]: RegularExpression]
    ) {
        literalPatterns = patterns
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

    /// Charges what changing letters takes, those beyond ASCII above all.
    func spendLetters(_ text: [UInt8]) throws(FunctionError) {
        try spend(text.reduce(text.count >> 3) { $0 + Int($1 >> 7) })
    }

    /// What writing a float takes: the shortest digits that read back.
    static let floatSteps = 4
    /// What writing a time or a version takes.
    static let opaqueSteps = 20

    /// Charges what holding one text against the other may take, byte by byte.
    func compare(_ a: [UInt8], _ b: [UInt8]) throws(FunctionError) {
        try spend(min(a.count, b.count) >> 6)
    }

    /// Asks for a text of `bytes`, or a list of that many bytes, before it is made.
    func allow(bytes: Int) throws(FunctionError) {
        guard bytes <= limits.valueBytes else {
            throw .limit("a value of more than \(limits.valueBytes) bytes (limit valueBytes)")
        }
        try spend(bytes >> 6 + 1)
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
        if let known = literalPatterns[text] ?? patterns[text] { return known }
        try spend(text.count << 3)
        let pattern: RegularExpression
        do {
            pattern = try RegularExpression(text)
        } catch {
            throw error.functionError
        }
        try spend(pattern.size >> 1)
        if patterns.count >= Self.patternLimit { patterns.removeAll() }
        patterns[text] = pattern
        return pattern
    }

    /// Patterns that are kept at once.
    static let patternLimit = 100

    /// A zone by its name, read the first time it is asked for.
    ///
    /// - Returns: nil where the world has none of this name.
    func zone(_ name: String) throws(FunctionError) -> TimeZone? {
        if let known = zones[name] { return known }
        try spend(Self.zoneSteps)
        let zone = TimeZone(named: name, data: world.zoneData)
        if zones.count >= Self.patternLimit { zones.removeAll() }
        zones[name] = .some(zone)
        return zone
    }

    /// What reading a zone's file costs.
    private static let zoneSteps = 2000

    /// The next of the seed's pseudo-random numbers.
    func random() -> UInt64 {
        chance &+= 0x9E37_79B9_7F4A_7C15
        var mixed = chance
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

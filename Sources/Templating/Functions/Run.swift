/// What one rendering has at hand: the world, and how much it may still do.
///
/// Born in `Template.render`, used by one thread, gone when the text is there.
final class Run {
    let world: TemplateWorld
    let limits: TemplateLimits
    private(set) var stepsLeft: Int
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

    /// The next of the seed's pseudo-random numbers.
    func random() -> UInt64 {
        chance &+= 0x9E37_79B9_7F4A_7C15
        var mixed = chance
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}

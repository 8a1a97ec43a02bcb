/// What one search may cost, shared by all matches of one call.
package final class SearchBudget {
    /// Steps of the machine: instructions followed.
    package let steps: Int
    /// Largest text that replacing may make.
    package let bytes: Int
    package internal(set) var stepsLeft: Int

    package init(steps: Int = RegularExpression.stepLimit, bytes: Int = 16 << 20) {
        self.steps = steps
        self.bytes = bytes
        stepsLeft = steps
    }
}

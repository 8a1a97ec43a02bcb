import Templating
import Testing

@Suite("Vectors made by Go's engine")
struct VectorTests {
    @Test("the file holds 1,097 cases")
    func count() { #expect(Vector.all.count == 1097) }

    @Test(
        "what Go's engine gives, ours gives to the byte",
        arguments: Vector.all.filter { !$0.isLeftOut }
    )
    func same(vector: Vector) { #expect(vector.difference == nil) }
}

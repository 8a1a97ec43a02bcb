import GitLab
import Simulation
import Testing

@testable import Relay

@Suite("Row table")
struct RowTableTests {
    private func row(
        _ operation: UInt64,
        _ deployment: Int,
        at endpoint: String = "default",
        isUnproven: Bool = false
    ) -> Row {
        var row = Row(
            application: Identity(high: 0, low: 1),
            operation: Identity(high: 7, low: operation),
            order: 0,
            endpoint: endpoint,
            project: 42,
            environment: "production",
            deployment: deployment,
            status: .success,
            isShared: false
        )
        row.isUnproven = isUnproven
        return row
    }

    private func key(_ deployment: Int, at endpoint: String = "default") -> RowTable.Key {
        RowTable.Key(endpoint: endpoint, deployment: deployment)
    }

    @Test("who has a deployment first owns it until it leaves; then whoever is put next")
    func owners() {
        var table = RowTable()
        let (first, second) = (row(1, 5), row(2, 5))
        let areNew = [table.put(first), table.put(second)]
        #expect(areNew == [true, true])
        #expect(table.owner(of: key(5)) == first.operation)
        #expect(table.owner(of: key(5, at: "other")) == nil)
        // Told again, it stays the owner.
        let isNew = table.put(first)
        #expect(!isNew)
        #expect(table.owner(of: key(5)) == first.operation)
        _ = table.put(row(1, 6))
        #expect(table.owner(of: key(5)) == nil)
        #expect(table.owner(of: key(6)) == first.operation)
        _ = table.put(second)
        #expect(table.owner(of: key(5)) == second.operation)
        table.remove(second.operation)
        #expect(table.owner(of: key(5)) == nil)
        #expect(table[second.operation] == nil)
        #expect(table.count == 1)
    }

    @Test("a deployment that GitLab gave to 20,000 operations is one entry of the index")
    func sharers() {
        var table = RowTable()
        for operation in 0..<20_000 { _ = table.put(row(UInt64(operation), 5)) }
        #expect(table.owner(of: key(5)) == row(0, 5).operation)
        for operation in 0..<19_999 { table.remove(row(UInt64(operation), 5).operation) }
        #expect(table.owner(of: key(5)) == nil)
        #expect(table.count == 1)
    }

    @Test("a row that is unproven is its operation's, and owns nothing until it is proven")
    func unproven() {
        var table = RowTable()
        let unproven = row(1, 5, isUnproven: true)
        _ = table.put(unproven)
        #expect(table[unproven.operation] == unproven)
        #expect(table.owner(of: key(5)) == nil)
        _ = table.put(row(1, 5))
        #expect(table.owner(of: key(5)) == unproven.operation)
    }

    @Test("20,000 changes by chance are as a plain model has them, owners included")
    func chance() {
        var chance = SeededGenerator(seed: 1)
        var table = RowTable()
        var (rows, owners): ([Identity: Row], [RowTable.Key: Identity]) = ([:], [:])
        for _ in 0..<20_000 {
            let new = row(
                UInt64(chance.pick(0...299)),
                Int(chance.pick(1...400)),
                at: chance.isLucky(0.5) ? "default" : "other",
                isUnproven: chance.isLucky(0.1)
            )
            let old = rows[new.operation]
            let removes = chance.isLucky(0.3)
            if let old, removes || RowTable.Key(old) != RowTable.Key(new),
                owners[RowTable.Key(old)] == old.operation
            {
                owners[RowTable.Key(old)] = nil
            }
            if removes {
                rows[new.operation] = nil
                table.remove(new.operation)
            } else {
                rows[new.operation] = new
                let key = RowTable.Key(new)
                if !new.isUnproven, owners[key] == nil { owners[key] = new.operation }
                let isNew = table.put(new)
                #expect(isNew == (old == nil))
            }
            #expect(table[new.operation] == rows[new.operation])
            for row in [old, new].compactMap({ $0 }) {
                #expect(table.owner(of: RowTable.Key(row)) == owners[RowTable.Key(row)])
            }
        }
        #expect(table.count == rows.count)
        #expect(Set(table.rows.map(\.operation)) == Set(rows.keys))
        for (operation, row) in rows { #expect(table[operation] == row) }
        for deployment in 1...400 {
            for key in [key(deployment), key(deployment, at: "other")] {
                #expect(table.owner(of: key) == owners[key])
            }
        }
    }
}

/// Keys and values of a map: a few keys are searched one by one, many by hash.
struct Entries {
    private(set) var keys: [[UInt8]] = []
    private(set) var values: [Value] = []
    /// Where each key stands; empty while there are few.
    private var places: [Key: Int] = [:]

    /// Up to here comparing is faster than hashing.
    private static let few = 8

    /// A key that hashes its bytes at once, not one by one.
    private struct Key: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    var count: Int { keys.count }

    /// Setting nil removes the key; the order is nobody's promise.
    subscript(_ key: [UInt8]) -> Value? {
        get { place(of: key).map { values[$0] } }
        set {
            let place = place(of: key)
            switch (place, newValue) {
            case (let place?, let value?): values[place] = value
            case (let place?, nil): remove(at: place)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    private func place(of key: [UInt8]) -> Int? {
        places.isEmpty ? keys.firstIndex(of: key) : places[Key(bytes: key)]
    }

    private mutating func append(_ key: [UInt8], _ value: Value) {
        keys.append(key)
        values.append(value)
        if !places.isEmpty {
            places[Key(bytes: key)] = keys.count - 1
        } else if keys.count > Self.few {
            for (place, key) in keys.enumerated() { places[Key(bytes: key)] = place }
        }
    }

    /// The last one takes its place.
    private mutating func remove(at place: Int) {
        let last = keys.count - 1
        if !places.isEmpty {
            places[Key(bytes: keys[last])] = place
            places[Key(bytes: keys[place])] = nil
        }
        keys.swapAt(place, last)
        values.swapAt(place, last)
        keys.removeLast()
        values.removeLast()
    }
}

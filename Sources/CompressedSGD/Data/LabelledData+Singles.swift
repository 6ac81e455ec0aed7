extension LabelledData {
    /// The value of each entry rounded to the nearest single, four to a group.
    ///
    /// Made when first asked for, and kept for as long as the rows.
    ///
    /// - Complexity: O(entries) once.
    var singleValues: UnsafePointer<Float> {
        let memory = singles.withLock { known in
            if let known { return known }
            let groupCount = groups[rowCount]
            let made = DataMemory(zeros: groupCount * MemoryLayout<SIMD4<Float>>.stride)
            let target = made.base.assumingMemoryBound(to: SIMD4<Float>.self)
            for group in 0..<groupCount { target[group] = SIMD4<Float>(values[group]) }
            known = made
            return made
        }
        return UnsafePointer(memory.base.assumingMemoryBound(to: Float.self))
    }

    /// The first feature that no single can hold, in the order of rows, from 0.
    ///
    /// - Complexity: O(entries)
    package var featureBeyondSingles: (row: Int, column: Int, value: Double)? {
        for row in 0..<rowCount {
            for group in groups[row]..<groups[row + 1] {
                for lane in 0..<4 where Float(values[group][lane]).isInfinite {
                    return (row, Int(columns[group][lane]), values[group][lane])
                }
            }
        }
        return nil
    }
}

/// f(W) = Σ wᵣ (log Σ_c exp(aᵣᵀW_c) − aᵣᵀW_yᵣ) + (λ/2)‖W‖², with two derivatives.
///
/// For logits u of a row, ∇² of log Σ exp(u) is diag(p) − ppᵀ with p = softmax(u).
final class SoftmaxObjective: NewtonObjective {
    let dimension: Int
    let gradient: Vector
    let diagonal: Vector
    private let data: LabelledData
    private let weights: [Double]
    private let lambda: Double
    private let classCount: Int
    private let kernel: SoftmaxKernel<Double>
    /// p of each row, class by class.
    private var shares: [Double]
    private var logits: [Double]
    private let part: Vector

    init(_ rows: WeightedRows, lambda: Double, withIntercept: Bool) {
        data = rows.data
        weights = rows.weights
        self.lambda = lambda
        classCount = data.classCount
        kernel = SoftmaxKernel(data: data, withIntercept: withIntercept)
        dimension = kernel.dimension
        shares = [Double](repeating: 0, count: data.rowCount * classCount)
        logits = [Double](repeating: 0, count: classCount)
        gradient = Vector(zeros: dimension)
        diagonal = Vector(zeros: dimension)
        part = Vector(zeros: classCount)
    }

    func differentiate(_ x: Vector) -> Double {
        var loss = 0.0
        gradient.clear()
        diagonal.clear()
        for row in 0..<data.rowCount where weights[row] != 0 {
            multiply(row, by: x)
            let own = Int(data.classes[row])
            let (largest, total) = exponentiate()
            loss += weights[row] * ((Elementary.log(total) + largest) - part.base[own])
            for number in 0..<classCount {
                let share = logits[number] / total
                shares[row * classCount + number] = share
                part.base[number] = weights[row] * (share - (number == own ? 1 : 0))
                logits[number] = weights[row] * share * (1 - share)
            }
            kernel.forEachFeature(ofRow: row) { place, value in
                for number in 0..<classCount {
                    gradient.base[place + number] += value * part.base[number]
                    diagonal.base[place + number] += value * value * logits[number]
                }
            }
        }
        gradient.add(lambda, times: x)
        for index in 0..<dimension { diagonal.base[index] += lambda }
        return loss + 0.5 * lambda * x.normSquared
    }

    func curve(_ vector: Vector, into image: Vector) {
        image.clear()
        for row in 0..<data.rowCount where weights[row] != 0 {
            multiply(row, by: vector)
            let own = row * classCount
            var mean = 0.0
            for number in 0..<classCount { mean += shares[own + number] * part.base[number] }
            for number in 0..<classCount {
                part.base[number] =
                    weights[row] * shares[own + number] * (part.base[number] - mean)
            }
            kernel.forEachFeature(ofRow: row) { place, value in
                for number in 0..<classCount {
                    image.base[place + number] += value * part.base[number]
                }
            }
        }
        image.add(lambda, times: vector)
    }

    /// part ← Wᵀa for a row a.
    private func multiply(_ row: Int, by x: Vector) {
        part.clear()
        kernel.forEachFeature(ofRow: row) { place, value in
            for number in 0..<classCount { part.base[number] += value * x.base[place + number] }
        }
    }

    /// logits ← exp(part − largest); returns the largest and their sum.
    private func exponentiate() -> (largest: Double, total: Double) {
        var largest = part.base[0]
        for number in 1..<classCount { largest = max(largest, part.base[number]) }
        var total = 0.0
        for start in stride(from: 0, to: classCount, by: 8) {
            var lanes = SIMD8<Double>.zero
            let count = min(8, classCount - start)
            for lane in 0..<count { lanes[lane] = part.base[start + lane] - largest }
            lanes = Elementary.exp(lanes)
            for lane in 0..<count {
                logits[start + lane] = lanes[lane]
                total += lanes[lane]
            }
        }
        return (largest, total)
    }
}

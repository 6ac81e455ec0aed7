import Synchronization

/// Data that this process has read: a slot runs many trials on the same few files.
///
/// A file that has changed since is read again; see `FileStamp`. The last few are kept; what a
/// running trial uses stays alive with the trial. With a ``CacheFolder`` a file is read by one process
/// of the machine, and the others map what that one has made of it.
package final class DataCache: Sendable {
    /// The cache of this process.
    package static let shared = DataCache(capacity: 4)

    private struct Entry {
        var source: DataSource
        var stamps: [FileStamp]
        var data: any Examples
    }

    private let capacity: Int
    private let entries = Mutex<[Entry]>([])
    private let folder: Mutex<CacheFolder?>

    /// An empty cache for a number of data sets.
    ///
    /// - Parameters:
    ///   - capacity: how many it keeps.
    ///   - folder: what processes share; nil for nothing.
    package init(capacity: Int, folder: CacheFolder? = nil) {
        self.capacity = capacity
        self.folder = Mutex(folder)
    }

    /// Shares what is read from now on with other processes.
    package func share(in folder: CacheFolder?) {
        self.folder.withLock { $0 = folder }
    }

    /// The files that are read for a path; the path itself where that cannot be told.
    package static func files(at path: String) -> [String] {
        (try? DataSource(path: path))?.files ?? [path]
    }

    /// The rows of a file of at least two classes, from memory if it is still the same.
    package func data(at path: String) throws(DataError) -> LabelledData {
        let data = try rows(at: path)
        try DataReader.checkClasses(of: data, path: path)
        return data
    }

    /// The same; images stay images.
    package func examples(at path: String) throws(DataError) -> any Examples {
        let data = try anyExamples(at: path)
        try DataReader.checkClasses(of: data, path: path)
        return data
    }

    /// The rows of a file to test on, with the classes and features of the rows to learn from.
    ///
    /// - Throws: `DataError` also where it has other labels or features than those.
    package func testData(
        at path: String, like model: LabelledData
    ) throws(DataError) -> LabelledData {
        try rows(at: path).matched(to: model, path: path)
    }

    /// The same for data whose images stay images.
    package func testExamples(
        at path: String, like model: any Examples
    ) throws(DataError) -> any Examples {
        if let model = model as? LabelledData { return try testData(at: path, like: model) }
        let data = try anyExamples(at: path)
        guard let images = data as? ImageData else { throw DataError(.noImages, path: path) }
        return try images.matched(to: model, path: path)
    }

    /// The rows of a file, which may all have one label.
    package func rows(at path: String) throws(DataError) -> LabelledData {
        let source = try DataSource(path: path)
        return try kept(source) { () throws(DataError) in
            try DataReader.readAnyClasses(source)
        }
    }

    /// The rows or the images of a file, which may all have one label.
    package func anyExamples(at path: String) throws(DataError) -> any Examples {
        let source = try DataSource(path: path)
        if case .text = source { return try rows(at: path) }
        return try kept(source) { () throws(DataError) in try DataReader.readImages(source) }
    }

    private func kept<Data: Cacheable>(
        _ source: DataSource, _ read: () throws(DataError) -> Data
    ) throws(DataError) -> Data {
        var stamps: [FileStamp] = []
        for file in source.files { stamps.append(try FileStamp(path: file)) }
        let known = entries.withLock { entries in
            entries.lazy.filter { $0.source == source && $0.stamps == stamps }
                .compactMap { $0.data as? Data }.first
        }
        if let known { return known }
        let data = try shared(source, stamps, read)
        entries.withLock { entries in
            entries.removeAll { $0.source == source && $0.data is Data }
            entries.append(Entry(source: source, stamps: stamps, data: data))
            if entries.count > capacity { entries.removeFirst() }
        }
        return data
    }

    /// What another process has read, or this one reads for all.
    private func shared<Data: Cacheable>(
        _ source: DataSource, _ stamps: [FileStamp], _ read: () throws(DataError) -> Data
    ) throws(DataError) -> Data {
        guard let folder = folder.withLock({ $0 }) else { return try read() }
        var digest = ContentDigest()
        digest.mixProgram()
        for (file, stamp) in zip(source.files, stamps) {
            digest.mix(file)
            digest.mix(stamp)
        }
        let name = digest.name(Data.kind)
        if let data = folder.block(named: name).flatMap(Data.data(in:)) { return data }
        return try folder.exclusively(name) { () throws(DataError) in
            if let data = folder.block(named: name).flatMap(Data.data(in:)) { return data }
            let data = try read()
            // A file that changed while it was read is not what its stamp says.
            guard let own = data.block, own.byteCount >= folder.leastSize,
                source.files.map({ try? FileStamp(path: $0) }) == stamps
            else { return data }
            let stored = folder.store(data.fields, own.bytes, named: name)
            return stored.flatMap(Data.data(in:)) ?? data
        }
    }
}

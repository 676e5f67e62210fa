import Foundation

/// The whole contents of a file.
package func readFile(_ path: String) throws(WorkloadError) -> [UInt8] {
    switch kind(of: path) {
    case .file: break
    case .absent: throw WorkloadError(file: path, .fileNotFound)
    case .other(let description): throw WorkloadError(file: path, .cannotRead(reason: description))
    }
    do {
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
        throw WorkloadError(file: path, .cannotRead(reason: reason(error)))
    }
}

/// Writes a file whole or not at all: a failure leaves the path as it was.
func writeFile(_ bytes: [UInt8], to path: String) throws(WorkloadError) {
    // An atomic write renames a new file over the path, so a symbolic link would be lost, and a device too.
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    if case .other(let description) = kind(of: path) {
        throw WorkloadError(file: path, .cannotWrite(reason: description))
    }
    guard FileManager.default.fileExists(atPath: url.deletingLastPathComponent().path) else {
        throw WorkloadError(file: path, .cannotWrite(reason: "its directory does not exist"))
    }
    do {
        try Data(bytes).write(to: url, options: .atomic)
    } catch {
        throw WorkloadError(file: path, .cannotWrite(reason: reason(error)))
    }
}

func isDirectory(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
}

private enum FileKind {
    case absent
    case file
    /// With a description that completes "cannot be read: ".
    case other(String)
}

/// What the path names, behind symbolic links.
private func kind(of path: String) -> FileKind {
    guard FileManager.default.fileExists(atPath: path) else { return .absent }
    if isDirectory(path) { return .other("it is a directory") }
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let type = try? FileManager.default.attributesOfItem(atPath: resolved)[.type] as? FileAttributeType
    return type == .typeRegular ? .file : .other("it is not a regular file")
}

/// The operating system's words where it gave any: Foundation's own take two sentences and are vaguer.
private func reason(_ error: any Error) -> String {
    guard let cause = (error as? CocoaError)?.underlying as? POSIXError else { return error.localizedDescription }
    return String(cString: strerror(cause.code.rawValue))
}

import Foundation

/// Finds tools the way a shell does.
package struct ToolSearch: Sendable {
    /// Colon-separated directories.
    package let path: String

    package init(path: String? = nil) {
        self.path = path ?? ProcessInfo.processInfo.environment["PATH"] ?? ""
    }

    /// The absolute path of `name`.
    /// - Throws: `missingTool`, with `install` as what helps.
    package func find(_ name: String, install: String) throws(CosimulationError) -> String {
        for directory in path.split(separator: ":") {
            let file = "\(directory)/\(name)"
            var isDirectory: ObjCBool = false
            if access(file, X_OK) == 0, FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory),
               !isDirectory.boolValue {
                return URL(fileURLWithPath: file).standardizedFileURL.path
            }
        }
        throw .missingTool(name: name, install: install)
    }
}

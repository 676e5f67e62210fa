import Foundation
import Testing
import Workloads

func listing(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

/// The problem that the body reports; the message must name the file and what to do.
func problem<Result>(file: String, tensor: String? = nil, _ body: () throws -> Result) -> WorkloadError.Problem? {
    do {
        _ = try body()
        return nil
    } catch let error as WorkloadError {
        #expect(error.file == file)
        #expect(error.tensor == tensor)
        #expect(error.description.hasPrefix(file))
        return error.problem
    } catch {
        Issue.record("not a WorkloadError: \(error)")
        return nil
    }
}

/// A safetensors file from its header text; the length is filled in.
func safetensors(header: String, data: [UInt8] = []) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count)) { [UInt8]($0) } + Array(header.utf8) + data
}

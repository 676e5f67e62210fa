import Foundation
import Session
import Testing

@Suite struct GeneratedTreeTests {
    /// With `LEANSPATTEN_REGENERATE` set (`make generated`) the files are first written anew.
    @Test func committedFilesAreAsGenerated() throws {
        let tree = try GeneratedTree(root: packageRoot)
        if ProcessInfo.processInfo.environment["LEANSPATTEN_REGENERATE"] != nil { try tree.write(to: packageRoot) }
        let differences = tree.differences(from: packageRoot)
        #expect(differences.isEmpty, """
            \(differences.joined(separator: "\n"))
            The sources make other files than are committed. If that is meant, run `make generated`, read `git diff` and \
            commit the files with the change.
            """)
    }

    @Test func differencesAreNamed() throws {
        let tree = try GeneratedTree(root: packageRoot)
        try withTemporaryDirectory { root in
            try tree.write(to: root)
            #expect(tree.differences(from: root) == [])

            let jobs = "\(root)/Testbenches/lane-d64/jobs.hex"
            let text = try String(contentsOfFile: jobs, encoding: .utf8)
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            lines[4] = "0"
            try lines.joined(separator: "\n").write(toFile: jobs, atomically: true, encoding: .utf8)
            try FileManager.default.removeItem(atPath: "\(root)/Generated/lane-d64/Reciprocal.v")
            try "".write(toFile: "\(root)/Generated/lane-d64/Old.v", atomically: true, encoding: .utf8)
            #expect(tree.differences(from: root) == [
                "Generated/lane-d64/Reciprocal.v: is missing", "Testbenches/lane-d64/jobs.hex: differs in line 5",
                "Generated/lane-d64/Old.v: is not generated any more",
            ])

            try tree.write(to: root)
            #expect(tree.differences(from: root) == [])
        }
    }
}

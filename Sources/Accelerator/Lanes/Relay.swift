import Blocks
import Configuration
import RTL

extension SpAttenConfiguration {
    /// Behind a narrow port the stream through a short queue, otherwise itself.
    ///
    /// A deep queue's word comes out of a block memory, late in a cycle; from this queue it comes out of flip-flops. Costs two
    /// cycles of latency, which a narrow port, whose rows take long, does not notice.
    func relayed<Payload>(_ c: Circuit, _ name: String, _ stream: Stream<Payload>) -> Stream<Payload> {
        guard isNarrow else { return stream }
        let queue = Queue(c, name, stream.shape, depth: 2)
        queue.push(stream.payload, when: stream.valid)
        c.drive(stream.ready, queue.ready)
        return queue.output
    }

    /// Tells a module that has such a queue from one that has none.
    var relaySuffix: String { isNarrow ? "_narrow" : "" }
}

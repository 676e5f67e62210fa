/// The C++ of `StreamExchange`: `ExchangeState.run` over Verilator's own calls, so that a whole stream test is one call.
enum VerilatorExchange {
    /// Needs `Instance` of `VerilatorShim` and `EXPORT`.
    static let source = """
        namespace {

        // As ExchangeState of Swift, field by field.
        struct Stream {
            uint64_t valid, ready, payload, payloadWords;
            uint64_t *beats, *scratch, *cycles;
            uint64_t count, done, isPending, endsStream;
            uint64_t stallState, stallThreshold;
            uint64_t* stallBits;
            uint64_t stallBitCount, nextStallBit;
        };
        struct Control {
            Stream* streams;
            uint64_t sourceCount, sinkCount, noiseState, cycle, lastMove, end, quietCycles, patience, faultySink;
        };
        static_assert(sizeof(Stream) == 16 * 8 && sizeof(Control) == 10 * 8, "Swift's layout");

        const uint64_t never = UINT64_MAX;
        enum : uint64_t { finished, limited, stuck, withdrawn, changed, unexpected };

        // SplitMix64, as SeededGenerator.
        uint64_t draw(uint64_t& state) {
            uint64_t z = state += 0x9E3779B97F4A7C15ULL;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
            return z ^ (z >> 31);
        }

        bool hesitates(Stream& stream) {
            if (stream.nextStallBit < stream.stallBitCount) {
                uint64_t bit = stream.nextStallBit++;
                return stream.stallBits[bit >> 6] >> (bit & 63) & 1;
            }
            return stream.stallThreshold > 0 && draw(stream.stallState) >> 32 < stream.stallThreshold;
        }

        void offer(Stream& source, uint64_t* words, uint64_t& noise) {
            uint64_t* pins = words + source.payload;
            if (!source.isPending) {
                if (source.done < source.count && !hesitates(source)) {
                    std::memcpy(pins, source.beats + source.done * source.payloadWords, source.payloadWords * 8);
                    source.isPending = 1;
                } else {
                    for (uint64_t word = 0; word < source.payloadWords; ++word) pins[word] = draw(noise) & source.scratch[word];
                }
            }
            words[source.valid] = source.isPending;
        }

        void finishBeat(Stream& stream, uint64_t cycle) {
            stream.cycles[stream.done++] = cycle;
            stream.isPending = 0;
        }

        // Sets `moves`; returns a fault or `finished` for none.
        uint64_t watch(Stream& sink, const uint64_t* words, uint64_t cycle, bool& moves) {
            if (!sink.endsStream && sink.done == sink.count) return finished;
            if (!(words[sink.valid] & 1)) return sink.isPending ? withdrawn : finished;
            if (sink.done == sink.count) return unexpected;
            const uint64_t* pins = words + sink.payload;
            const uint64_t bytes = sink.payloadWords * 8;
            if (sink.isPending && std::memcmp(pins, sink.scratch, bytes) != 0) return changed;
            if (!(words[sink.ready] & 1)) {
                std::memcpy(sink.scratch, pins, bytes);
                sink.isPending = 1;
                return finished;
            }
            std::memcpy(sink.beats + sink.done * sink.payloadWords, pins, bytes);
            finishBeat(sink, cycle);
            moves = true;
            return finished;
        }

        }  // namespace

        EXPORT uint64_t leanspatten_exchange(void* handle, uint64_t resets, Control* control, uint64_t limit) {
            auto* instance = static_cast<Instance*>(handle);
            uint64_t* words = instance->words;
            Stream *const sources = control->streams, *const sinks = sources + control->sourceCount;
            Stream *const streamsEnd = sinks + control->sinkCount;
            for (;;) {
                if (control->end == never) {
                    bool done = true;
                    for (Stream* stream = sources; stream != streamsEnd; ++stream) done &= stream->done == stream->count;
                    if (done) control->end = control->cycle + control->quietCycles;
                }
                if (control->cycle == control->end || limit == 0) {
                    for (Stream* source = sources; source != sinks; ++source) words[source->valid] = source->isPending;
                    for (Stream* sink = sinks; sink != streamsEnd; ++sink) words[sink->ready] = 0;
                    return control->cycle == control->end ? finished : limited;
                }
                --limit;
                for (Stream* source = sources; source != sinks; ++source) offer(*source, words, control->noiseState);
                for (Stream* sink = sinks; sink != streamsEnd; ++sink)
                    words[sink->ready] = (sink->endsStream || sink->done < sink->count) && !hesitates(*sink);
                instance->settle(resets);
                bool moves = false;
                for (Stream* source = sources; source != sinks; ++source)
                    if (source->isPending && words[source->ready] & 1) {
                        finishBeat(*source, control->cycle);
                        moves = true;
                    }
                for (Stream* sink = sinks; sink != streamsEnd; ++sink)
                    if (uint64_t fault = watch(*sink, words, control->cycle, moves)) {
                        control->faultySink = sink - sinks;
                        return fault;
                    }
                if (moves) control->lastMove = control->cycle;
                if (control->end == never && control->cycle - control->lastMove >= control->patience) return stuck;
                instance->rise();
                ++control->cycle;
            }
        }

        EXPORT uint64_t leanspatten_run_until(void* handle, uint64_t resets, uint64_t pin, uint64_t limit) {
            auto* instance = static_cast<Instance*>(handle);
            instance->copyIn();
            for (uint64_t cycle = 0; cycle < limit; ++cycle) {
                instance->low(resets);
                instance->copyOut();
                if (instance->words[pin] & 1) return cycle;
                instance->rise();
            }
            return UINT64_MAX;
        }

        """
}

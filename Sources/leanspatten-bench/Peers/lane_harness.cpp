// A lane-d64 under a bare C++ main: what a user writes who wants speed and has no framework.
//
// usage: lane_harness DIRECTORY LATENCY
//
// The directory holds the vectors of a lane's Verilog bench (jobs, queries, memory, expected). The program resets the
// lane, offers jobs and queries as soon as they are taken, serves the memory port, compares every output, and prints
// the cycles from the first request to the last output, all cycles, and the seconds of processor time of the run.
// It ends with 1 at the first thing that is wrong.

#include "Vlane.h"
#include "verilated.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr unsigned kBeatBytes = 64;
constexpr unsigned kRowElements = 64;
constexpr uint64_t kPatience = 20000;

[[noreturn]] void fail(const char* what, uint64_t cycle) {
    std::fprintf(stderr, "cycle %llu: %s\n", static_cast<unsigned long long>(cycle), what);
    std::exit(1);
}

struct Job {
    uint64_t keys, tile_size, msb_bits, lsb_bits, value_bits, scale_mantissa, scale_shift;
    uint64_t key_msb_address, key_lsb_address, value_address;
};

struct Burst {
    uint64_t offset;
    unsigned beats;
    unsigned tag;
    uint64_t ready_cycle;
};

struct Vectors {
    std::vector<Job> jobs;
    std::vector<std::array<uint32_t, 24>> queries;
    std::vector<uint8_t> memory;
    std::vector<int16_t> expected;
};

/// The words of a file that `$readmemh` reads.
std::vector<std::string> words(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(1);
    }
    std::vector<std::string> result;
    std::string word;
    while (file >> word) {
        if (word.compare(0, 2, "//") == 0) {
            std::getline(file, word);
        } else {
            result.push_back(word);
        }
    }
    return result;
}

/// The number in `digits` hexadecimal digits of `text` from `first` on.
uint64_t number(const std::string& text, size_t first, size_t digits) {
    return std::stoull(text.substr(first, digits), nullptr, 16);
}

Vectors read(const std::string& directory) {
    Vectors vectors;
    for (const auto& word : words(directory + "/jobs.hex")) {
        std::vector<uint64_t> fields;
        for (size_t first = 0; first < word.size();) {
            const size_t end = std::min(word.find('_', first), word.size());
            fields.push_back(number(word, first, end - first));
            first = end + 1;
        }
        vectors.jobs.push_back({fields.at(0), fields.at(1), fields.at(2), fields.at(3), fields.at(4), fields.at(5),
                                fields.at(6), fields.at(7), fields.at(8), fields.at(9)});
    }
    for (const auto& word : words(directory + "/queries.hex")) {
        std::array<uint32_t, 24> query;
        for (size_t part = 0; part < query.size(); ++part) query[part] = number(word, word.size() - 8 * (part + 1), 8);
        vectors.queries.push_back(query);
    }
    for (const auto& word : words(directory + "/memory.hex")) {
        for (unsigned byte = 0; byte < kBeatBytes; ++byte) {
            vectors.memory.push_back(number(word, word.size() - 2 * (byte + 1), 2));
        }
    }
    for (const auto& word : words(directory + "/expected.hex")) {
        vectors.expected.push_back(static_cast<int16_t>(number(word, 0, 4)));
    }
    return vectors;
}

double processor_seconds() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: lane_harness DIRECTORY LATENCY\n");
        return 1;
    }
    const Vectors vectors = read(argv[1]);
    const uint64_t latency = std::strtoull(argv[2], nullptr, 10);

    VerilatedContext context;
    context.randReset(2);
    context.randSeed(1);
    auto lane = std::make_unique<Vlane>(&context);

    const double start = processor_seconds();
    uint64_t cycle = 0;
    lane->reset = 1;
    lane->job_valid = 0;
    lane->query_valid = 0;
    lane->response_valid = 0;
    lane->output_ready = 1;
    lane->request_ready = 1;
    for (; cycle < 2; ++cycle) {
        lane->clock = 0;
        lane->eval();
        lane->clock = 1;
        lane->eval();
    }
    lane->reset = 0;

    std::deque<Burst> bursts;
    size_t next_job = 0, next_query = 0, next_output = 0;
    uint64_t first_request = 0, last_move = cycle;
    std::array<uint64_t, 4> beats{};
    bool requested = false, offering = false;
    while (next_output < vectors.expected.size()) {
        if (next_job < vectors.jobs.size() && !lane->job_valid) {
            const Job& job = vectors.jobs[next_job];
            lane->job_payload_keys = job.keys;
            lane->job_payload_tile_size = job.tile_size;
            lane->job_payload_msb_bits = job.msb_bits;
            lane->job_payload_lsb_bits = job.lsb_bits;
            lane->job_payload_value_bits = job.value_bits;
            lane->job_payload_scale_mantissa = job.scale_mantissa;
            lane->job_payload_scale_shift = job.scale_shift;
            lane->job_payload_key_msb_address = job.key_msb_address;
            lane->job_payload_key_lsb_address = job.key_lsb_address;
            lane->job_payload_value_address = job.value_address;
            lane->job_valid = 1;
        }
        if (next_query < vectors.queries.size() && !lane->query_valid) {
            std::memcpy(&lane->query_payload[0], vectors.queries[next_query].data(), sizeof vectors.queries[0]);
            lane->query_valid = 1;
        }
        if (!offering && !bursts.empty() && bursts.front().ready_cycle <= cycle) {
            std::memcpy(&lane->response_payload_data[0], &vectors.memory[bursts.front().offset], kBeatBytes);
            lane->response_payload_tag = bursts.front().tag;
            offering = true;
        }
        lane->response_valid = offering;

        lane->clock = 0;
        lane->eval();

        bool moved = false;
        // The inputs may only change behind the edge.
        const bool takes_job = lane->job_valid && lane->job_ready;
        const bool takes_query = lane->query_valid && lane->query_ready;
        if (offering && lane->response_ready) {
            Burst& burst = bursts.front();
            ++beats[burst.tag];
            burst.offset += kBeatBytes;
            if (--burst.beats == 0) bursts.pop_front();
            offering = false;
            moved = true;
        }
        if (lane->request_valid) {
            const Burst burst{lane->request_payload_address, lane->request_payload_beats + 1u, lane->request_payload_tag,
                              cycle + latency};
            if (burst.offset % kBeatBytes != 0 || burst.offset + burst.beats * kBeatBytes > vectors.memory.size()) {
                fail("the lane reads outside the memory", cycle);
            }
            if (!requested) first_request = cycle;
            requested = true;
            bursts.push_back(burst);
        }
        if (lane->output_valid) {
            if (static_cast<int16_t>(lane->output_payload_element) != vectors.expected[next_output]) {
                fail("an output differs", cycle);
            }
            ++next_output;
            if (lane->output_payload_last != (next_output % kRowElements == 0)) fail("a row ends wrongly", cycle);
            moved = true;
        }
        if (moved || takes_job) last_move = cycle;
        if (cycle - last_move >= kPatience) fail("the lane is stuck", cycle);

        if (next_output == vectors.expected.size()) break;
        lane->clock = 1;
        lane->eval();
        ++cycle;
        if (takes_job) {
            lane->job_valid = 0;
            ++next_job;
        }
        if (takes_query) {
            lane->query_valid = 0;
            ++next_query;
        }
    }
    const double seconds = processor_seconds() - start;
    lane->final();
    std::printf("%llu %llu %.9f\n", static_cast<unsigned long long>(cycle + 1 - first_request),
                static_cast<unsigned long long>(cycle + 1), seconds);
    return 0;
}

#include "leanspatten.h"

/* What is said of the descriptors of jobs below holds for those of launches too. */
#if LEANSPATTEN_LAUNCH_DESCRIPTOR_WORDS != LEANSPATTEN_JOB_DESCRIPTOR_WORDS \
    || LEANSPATTEN_LAUNCH_DESCRIPTOR_MAGIC_WORD != LEANSPATTEN_JOB_DESCRIPTOR_MAGIC_WORD \
    || LEANSPATTEN_LAUNCH_DESCRIPTOR_NEXT_WORD != LEANSPATTEN_JOB_DESCRIPTOR_NEXT_WORD
#error "descriptors of jobs and of launches are laid out alike"
#endif

#define INDEX_MASK LEANSPATTEN_RING_HEAD_INDEX_MASK
#define SLOT_WORDS (LEANSPATTEN_RING_SLOT_BYTES / 4u)

static uint32_t read_register(struct leanspatten *device, uint32_t offset) {
    return device->bus.read(device->bus.context, offset);
}

static void write_register(struct leanspatten *device, uint32_t offset, uint32_t value) {
    device->bus.write(device->bus.context, offset, value);
}

/* Chains from `from` to `to`, both modulo 2^16. */
static uint32_t distance(uint32_t from, uint32_t to) { return (to - from) & INDEX_MASK; }

static void copy(uint32_t *to, const uint32_t *from, uint32_t words) {
    for (uint32_t word = 0; word < words; ++word) to[word] = from[word];
}

enum leanspatten_result leanspatten_init(
    struct leanspatten *device, const struct leanspatten_bus *bus, const struct leanspatten_memory *ring, uint32_t slots_log2,
    uint64_t configuration_hash, uint32_t irq_enable, uint32_t watchdog) {
    device->bus = *bus;
    device->ring = *ring;
    device->slots = 1u << (slots_log2 & 15u);
    device->given = 0;
    device->done = 0;
    device->causes = 0;
    if (slots_log2 > 15u || ring->address % LEANSPATTEN_ALIGNMENT != 0) return LEANSPATTEN_BAD_ARGUMENT;
    if (read_register(device, LEANSPATTEN_ID_OFFSET) != LEANSPATTEN_ID_VALUE_RESET) return LEANSPATTEN_NOT_THERE;
    uint32_t version = read_register(device, LEANSPATTEN_VERSION_OFFSET);
    uint32_t major = (version & LEANSPATTEN_VERSION_MAJOR_MASK) >> LEANSPATTEN_VERSION_MAJOR_SHIFT;
    if (major != LEANSPATTEN_VERSION_MAJOR_RESET) return LEANSPATTEN_WRONG_VERSION;
    uint64_t hash = read_register(device, LEANSPATTEN_CONFIG_HASH_LOW_OFFSET)
        | (uint64_t)read_register(device, LEANSPATTEN_CONFIG_HASH_HIGH_OFFSET) << 32;
    if (configuration_hash != 0 && hash != configuration_hash) return LEANSPATTEN_WRONG_CONFIGURATION;
    write_register(device, LEANSPATTEN_RING_BASE_LOW_OFFSET, (uint32_t)ring->address);
    write_register(device, LEANSPATTEN_RING_BASE_HIGH_OFFSET, (uint32_t)(ring->address >> 32));
    write_register(device, LEANSPATTEN_RING_SIZE_OFFSET, slots_log2);
    write_register(device, LEANSPATTEN_WATCHDOG_OFFSET, watchdog);
    write_register(device, LEANSPATTEN_IRQ_ENABLE_OFFSET, irq_enable);
    enum leanspatten_result result = leanspatten_soft_reset(device, UINT32_MAX);
    if (result == LEANSPATTEN_OK) write_register(device, LEANSPATTEN_CONTROL_OFFSET, LEANSPATTEN_CONTROL_ENABLE_MASK);
    return result;
}

static void clear(uint32_t *descriptor, uint32_t magic) {
    for (uint32_t word = 0; word < LEANSPATTEN_JOB_DESCRIPTOR_WORDS; ++word) descriptor[word] = 0;
    descriptor[LEANSPATTEN_JOB_DESCRIPTOR_MAGIC_WORD] = magic;
}

void leanspatten_clear(uint32_t *descriptor) { clear(descriptor, LEANSPATTEN_DESCRIPTOR_MAGIC); }

void leanspatten_clear_launch(uint32_t *descriptor) { clear(descriptor, LEANSPATTEN_LAUNCH_MAGIC); }

void leanspatten_set(uint32_t *descriptor, uint32_t word, uint32_t shift, uint32_t mask, uint32_t value) {
    descriptor[word] = (descriptor[word] & ~mask) | (value << shift & mask);
}

void leanspatten_set_address(uint32_t *descriptor, uint32_t word, uint64_t address) {
    descriptor[word] = (uint32_t)address;
    descriptor[word + 1] = (uint32_t)(address >> 32);
}

enum leanspatten_result leanspatten_submit(
    struct leanspatten *device, uint32_t *first, const struct leanspatten_memory *rest, uint32_t count, leanspatten_chain *chain) {
    const uint32_t bytes = 4u * LEANSPATTEN_JOB_DESCRIPTOR_WORDS, next = LEANSPATTEN_JOB_DESCRIPTOR_NEXT_WORD;
    if (count == 0 || (count > 1 && (rest == 0 || rest->address % LEANSPATTEN_ALIGNMENT != 0))) return LEANSPATTEN_BAD_ARGUMENT;
    if (distance(device->done, device->given) == device->slots) {
        device->done = read_register(device, LEANSPATTEN_RING_HEAD_OFFSET) & INDEX_MASK;
        if (distance(device->done, device->given) == device->slots) return LEANSPATTEN_BUSY;
    }
    uint32_t *descriptor = first;
    for (uint32_t index = 0; index < count; ++index) {
        leanspatten_set_address(descriptor, next, index + 1 < count ? rest->address + (uint64_t)index * bytes : 0);
        if (rest != 0) descriptor = (uint32_t *)rest->pointer + index * LEANSPATTEN_JOB_DESCRIPTOR_WORDS;
    }
    uint32_t slot = device->given & (device->slots - 1u);
    copy((uint32_t *)device->ring.pointer + slot * SLOT_WORDS, first, LEANSPATTEN_JOB_DESCRIPTOR_WORDS);
    if (chain != 0) *chain = device->given;
    device->given = (device->given + 1u) & INDEX_MASK;
    write_register(device, LEANSPATTEN_DOORBELL_OFFSET, device->given);
    return LEANSPATTEN_OK;
}

enum leanspatten_result leanspatten_done(const struct leanspatten *device, leanspatten_chain chain) {
    /* A chain that waits lies between what is done and what was given. */
    return distance(device->done, chain) < distance(device->done, device->given) ? LEANSPATTEN_BUSY : LEANSPATTEN_OK;
}

enum leanspatten_result leanspatten_poll(struct leanspatten *device, leanspatten_chain chain) {
    device->done = read_register(device, LEANSPATTEN_RING_HEAD_OFFSET) & INDEX_MASK;
    if (leanspatten_done(device, chain) == LEANSPATTEN_OK) return LEANSPATTEN_OK;
    /* Or about to: the bursts that are outstanding come to their end. */
    uint32_t stopped = LEANSPATTEN_STATUS_STOPPED_MASK | LEANSPATTEN_STATUS_STOPPING_MASK;
    return read_register(device, LEANSPATTEN_STATUS_OFFSET) & stopped ? LEANSPATTEN_STOPPED : LEANSPATTEN_BUSY;
}

enum leanspatten_result leanspatten_wait(struct leanspatten *device, leanspatten_chain chain, uint32_t tries) {
    while (tries-- > 0) {
        enum leanspatten_result result = leanspatten_poll(device, chain);
        if (result != LEANSPATTEN_BUSY) return result;
    }
    return LEANSPATTEN_TIMEOUT;
}

void leanspatten_interrupt(struct leanspatten *device) {
    uint32_t causes = read_register(device, LEANSPATTEN_IRQ_STATUS_OFFSET);
    write_register(device, LEANSPATTEN_IRQ_STATUS_OFFSET, causes);
    device->causes |= causes;
    /* After what has happened is cleared: what happens from here on raises the line anew. */
    device->done = read_register(device, LEANSPATTEN_RING_HEAD_OFFSET) & INDEX_MASK;
}

void leanspatten_get_error(struct leanspatten *device, struct leanspatten_error *error) {
    error->code = read_register(device, LEANSPATTEN_ERROR_CODE_OFFSET);
    error->job = read_register(device, LEANSPATTEN_ERROR_JOB_OFFSET);
    error->address = read_register(device, LEANSPATTEN_ERROR_ADDRESS_LOW_OFFSET)
        | (uint64_t)read_register(device, LEANSPATTEN_ERROR_ADDRESS_HIGH_OFFSET) << 32;
}

enum leanspatten_result leanspatten_soft_reset(struct leanspatten *device, uint32_t tries) {
    uint32_t enable = read_register(device, LEANSPATTEN_CONTROL_OFFSET) & LEANSPATTEN_CONTROL_ENABLE_MASK;
    write_register(device, LEANSPATTEN_CONTROL_OFFSET, enable | LEANSPATTEN_CONTROL_SOFT_RESET_MASK);
    while (read_register(device, LEANSPATTEN_STATUS_OFFSET) & LEANSPATTEN_STATUS_STOPPING_MASK) {
        if (tries-- == 0) return LEANSPATTEN_TIMEOUT;
    }
    device->given = read_register(device, LEANSPATTEN_DOORBELL_OFFSET) & INDEX_MASK;
    device->done = device->given;
    write_register(device, LEANSPATTEN_IRQ_STATUS_OFFSET, read_register(device, LEANSPATTEN_IRQ_STATUS_OFFSET));
    device->causes = 0;
    return LEANSPATTEN_OK;
}

uint64_t leanspatten_counter(struct leanspatten *device, uint32_t offset) {
    uint32_t enable = read_register(device, LEANSPATTEN_CONTROL_OFFSET) & LEANSPATTEN_CONTROL_ENABLE_MASK;
    write_register(device, LEANSPATTEN_CONTROL_OFFSET, enable | LEANSPATTEN_CONTROL_SNAPSHOT_MASK);
    return read_register(device, offset) | (uint64_t)read_register(device, offset + 4u) << 32;
}

/* Whole words of a list in a file, any case, by Hyperscan: the peer of the keyword engine.
 *
 *   hyperscan TERMS TEXT [list]
 *
 * Literals, every match (no SINGLEMATCH), then a look at the byte on either side: that is the plain match without any
 * normalisation. With "list" each match is a line: number of the term, first byte, byte after the last. */
#include <ctype.h>
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static size_t length;
static size_t *lengths;
static unsigned long long count;
static int list;

static char *slurp(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(1);
    }
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size + 1);
    if (!bytes || fread(bytes, 1, *size, file) != *size) {
        perror(path);
        exit(1);
    }
    bytes[*size] = 0;
    fclose(file);
    return bytes;
}

static int on_match(unsigned int id, unsigned long long from, unsigned long long to, unsigned int flags, void *context)
{
    (void)from, (void)flags, (void)context;
    size_t start = (size_t)to - lengths[id];
    if (start > 0 && isalnum((unsigned char)text[start - 1]))
        return 0;
    if (to < length && isalnum((unsigned char)text[to]))
        return 0;
    count++;
    if (list)
        printf("term.%u %zu %llu\n", id, start, to);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    list = argc > 3;
    size_t size;
    char *terms = slurp(argv[1], &size);
    unsigned total = 0;
    for (size_t at = 0; at < size; at++)
        total += terms[at] == '\n';
    const char **words = calloc(total, sizeof *words);
    unsigned *flags = calloc(total, sizeof *flags), *ids = calloc(total, sizeof *ids);
    lengths = calloc(total, sizeof *lengths);
    unsigned found = 0;
    for (char *word = strtok(terms, "\n"); word; word = strtok(NULL, "\n")) {
        words[found] = word;
        lengths[found] = strlen(word);
        flags[found] = HS_FLAG_CASELESS;
        ids[found] = found;
        found++;
    }
    hs_database_t *database;
    hs_compile_error_t *error;
    if (hs_compile_lit_multi(words, flags, ids, lengths, found, HS_MODE_BLOCK, NULL, &database, &error) != HS_SUCCESS) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    hs_scratch_t *scratch = NULL;
    hs_alloc_scratch(database, &scratch);
    text = slurp(argv[2], &length);
    for (size_t at = 0; at < length; at += 1u << 30) {
        size_t part = length - at < 1u << 30 ? length - at : 1u << 30;
        if (hs_scan(database, text + at, (unsigned)part, 0, scratch, on_match, NULL) != HS_SUCCESS)
            return 1;
    }
    if (!list)
        printf("%llu\n", count);
    return 0;
}

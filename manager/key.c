#include "manager/key.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <sys/random.h>

#include "common/check.h"

static int fill(unsigned char *bytes, size_t count)
{
    ssize_t got;
    do
        got = getrandom(bytes, count, 0); /* up to 256 bytes come in one piece (getrandom(2)) */
    while (got < 0 && errno == EINTR);
    return got < 0 ? -errno : 0;
}

int key_make(struct key *key)
{
    key->bytes = 32;
    return fill(key->data, key->bytes);
}

int key_nonce(unsigned char nonce[NONCE_BYTES])
{
    return fill(nonce, NONCE_BYTES);
}

void key_prove(const struct key *key, enum prover prover, const struct nonces *nonces,
               unsigned char proof[PROOF_BYTES])
{
    static const char *const words[] = {
        [PROVER_CLIENT] = "parbench client", [PROVER_MANAGER] = "parbench manager"};
    const char *word = words[prover];
    crypto_auth_hmacsha256_state state;
    _Static_assert(crypto_auth_hmacsha256_BYTES == PROOF_BYTES, "a SHA-256 is of 32 bytes");
    CHECK(key->bytes >= KEY_BYTES_MIN && key->bytes <= KEY_BYTES_MAX);
    CHECK(sodium_init() >= 0);
    crypto_auth_hmacsha256_init(&state, key->data, key->bytes);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)word, strlen(word) + 1);
    crypto_auth_hmacsha256_update(&state, nonces->manager, NONCE_BYTES);
    crypto_auth_hmacsha256_update(&state, nonces->client, NONCE_BYTES);
    crypto_auth_hmacsha256_final(&state, proof);
}

bool key_proved(const struct key *key, enum prover prover, const struct nonces *nonces,
                const unsigned char proof[PROOF_BYTES])
{
    unsigned char right[PROOF_BYTES];
    key_prove(key, prover, nonces, right);
    bool same = sodium_memcmp(right, proof, PROOF_BYTES) == 0;
    sodium_memzero(right, sizeof right);
    return same;
}

/**
 * AWS KMS: keys for encryption, for signatures and for message authentication, their aliases, policies, tags, rotation
 * and deletion. The material of a key never leaves the service; it lies on disk sealed under the key file of the data
 * folder.
 *
 * <pre>
 *   CreateKey, DisableKey, ScheduleKeyDeletion … ── Keys ──┐
 *   CreateAlias … ── Aliases ── KeyIds: id, ARN or alias ──┼── KmsData
 *   EnableKeyRotation … ── Rotations ──────────────────────┤
 *   ImportKeyMaterial … ── Imports ────────────────────────┤
 *   ReplicateKey … ── MultiRegion ─────────────────────────┤
 *   CreateGrant … ── Grants ───────────────────────────────┘
 *   Encrypt, Decrypt, GenerateDataKey … ── Encryption ──┐
 *   Sign, Verify, GenerateMac … ── Signing ─────────────┴── UsableKeys: enabled, of that usage ── Vault: its material
 * </pre>
 *
 * <p>What a key's policy does not allow nobody may, the account's root user neither; it hands the decision to the
 * account's own policies by naming the account, as the policy that a key has at first does.
 * Grants allow beside it ({@code Service.grants}).
 *
 * <p>AWS's own keys ({@code alias/aws/…}) are made when a service first uses one ({@code Caller.through}), or when one
 * is described.
 *
 * <p>Left out: custom key stores, attested enclaves, keys of the kind SM2 (regions in China).
 *
 * @see <a href="https://docs.aws.amazon.com/kms/latest/developerguide/overview.html">AWS KMS</a>
 */
package dev.aloft.service.kms;

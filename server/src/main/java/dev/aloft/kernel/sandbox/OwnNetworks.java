package dev.aloft.kernel.sandbox;

/**
 * That each sandbox has a network of its own.
 *
 * @param door    how it reaches the platform
 * @param outside whether it reaches what is outside of this machine, too: through a process of slirp4netns beside each
 */
public record OwnNetworks(Door door, boolean outside) {}

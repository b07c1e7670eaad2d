/**
 * Container images as the Open Container Initiative and Docker define them: contents under their digest, manifests that
 * name them, archives that bring them, and layers that become the folder a container sees as its root.
 *
 * <pre>
 *   registry, OCI layout, docker save ─▶ Contents (sha256:…)
 *                                          │ Manifest: config, layers      ImageSettings: what to run
 *                                          ▼
 *                                        RootFolder: layer over layer, in one folder, never outside of it
 * </pre>
 *
 * @see <a href="https://github.com/opencontainers/image-spec/blob/main/spec.md">OCI image format</a>
 */
package dev.aloft.kernel.image;

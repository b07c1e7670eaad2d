/**
 * Calls: what a service can offer ({@link dev.aloft.kernel.call.Service}, {@link dev.aloft.kernel.call.Target},
 * {@link dev.aloft.kernel.call.ResourceType} and its base {@link dev.aloft.kernel.call.NamedType},
 * {@link dev.aloft.kernel.call.DataPlane}) and the one door through which every call goes, from the wire or from a
 * neighbour ({@link dev.aloft.kernel.call.LocalEndpoint}). What services need of one another without a call, IAM asks
 * through {@link dev.aloft.kernel.call.RoleUses}.
 */
package dev.aloft.kernel.call;

/** The platform's process: configuration, the parts put together, and the start. */
package dev.aloft;

/**
 * What it takes to talk to a service: operations, shapes as data, callers, errors, and one generated interface a
 * service ({@code Sqs}, {@code Lambda}, …) made at build time from AWS's published models. Nothing here knows a wire
 * format.
 */
package dev.aloft.api;

/**
 * Templates as values: {@code TemplateReader} turns text into a tree, {@code Template} checks its anatomy, {@code
 * Value} says what each property is made of, {@code Graph} orders resources and {@code Evaluate} computes what is
 * known. Pure: nothing here calls a service, reads the clock or keeps state.
 *
 * <p>AWS: <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html">template
 * anatomy</a>, <a href="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html">
 * intrinsic functions</a>.
 */
package dev.aloft.service.cloudformation.template;

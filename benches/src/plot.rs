//! The plots: SVG files on a light panel of their own, so that they read on dark pages too.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

/// One line of a chart: its name and its points.
pub(crate) type Line = (String, Vec<(f64, f64)>);

/// What a chart of lines says beside its lines.
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    pub(crate) across: &'a str,
    pub(crate) up: &'a str,
    /// The units of the vertical axis.
    pub(crate) shown: fn(f64) -> String,
}

const PANEL: RGBColor = RGBColor(250, 250, 248);
const INK: RGBColor = RGBColor(40, 40, 40);
const FAINT: RGBColor = RGBColor(215, 215, 210);

/// Distinct to most color-blind eyes; the first is ours.
const COLORS: [RGBColor; 8] = [
    RGBColor(200, 30, 40),
    RGBColor(30, 30, 30),
    RGBColor(0, 114, 178),
    RGBColor(0, 145, 100),
    RGBColor(220, 130, 0),
    RGBColor(160, 80, 160),
    RGBColor(90, 140, 200),
    RGBColor(130, 130, 60),
];

const WIDTH: u32 = 1060;
/// The room for the legend, right of the plot.
const LEGEND: u32 = 330;

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

/// One line of the legend, the sample of its color as thick as `thickness` says.
fn legend(
    area: &Area<'_>,
    line: usize,
    color: RGBColor,
    thickness: i32,
    name: &str,
) -> Result<(), Box<dyn Error>> {
    let (x, y) = ((WIDTH - LEGEND) as i32 + 24, 62 + 26 * line as i32);
    area.draw(&Rectangle::new(
        [(x, y - thickness / 2), (x + 22, y + (thickness + 1) / 2)],
        color.filled(),
    ))?;
    area.draw(&Text::new(
        name.to_owned(),
        (x + 32, y - 8),
        ("sans-serif", 14).into_font().color(&INK),
    ))?;
    Ok(())
}

/// The decimal places that a figure of this size deserves.
pub(crate) fn short(value: f64) -> String {
    let places = match value.abs() {
        x if x >= 99.5 => 0,
        x if x >= 9.95 => 1,
        _ => 2,
    };
    format!("{value:.places$}")
}

/// The same for the ticks of an axis: round numbers.
pub(crate) fn tick(value: f64) -> String {
    let text = short(value);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// The limits of the values, a little apart.
fn range(values: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    let low = values.clone().fold(f64::INFINITY, f64::min);
    let high = values.fold(0.0, f64::max);
    (low, high)
}

/// Lines over two logarithmic axes.
pub(crate) fn lines(path: &Path, chart: &Chart<'_>, lines: &[Line]) -> Result<(), Box<dyn Error>> {
    let points = || lines.iter().flat_map(|(_, points)| points.iter());
    if points().next().is_none() {
        return Ok(());
    }
    let (left, right) = range(points().map(|point| point.0));
    let (bottom, top) = range(points().map(|point| point.1));
    let area = SVGBackend::new(path, (WIDTH, 520)).into_drawing_area();
    area.fill(&PANEL)?;
    let mut plot = ChartBuilder::on(&area)
        .caption(chart.title, ("sans-serif", 20).into_font().color(&INK))
        .margin(16)
        .margin_right(LEGEND)
        .x_label_area_size(50)
        .y_label_area_size(80)
        .build_cartesian_2d(
            (left * 0.9..right * 1.1).log_scale(),
            (bottom.max(1e-3) * 0.7..top * 1.4).log_scale(),
        )?;
    plot.configure_mesh()
        .x_desc(chart.across)
        .y_desc(chart.up)
        .axis_desc_style(("sans-serif", 15).into_font().color(&INK))
        .label_style(("sans-serif", 14).into_font().color(&INK))
        .x_label_formatter(&|x| power(*x))
        .y_label_formatter(&|y| (chart.shown)(*y))
        .bold_line_style(FAINT)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .draw()?;
    for (i, (name, points)) in lines.iter().enumerate() {
        let color = COLORS[i % COLORS.len()];
        let style = color.stroke_width(if i == 0 { 3 } else { 2 });
        plot.draw_series(LineSeries::new(points.iter().copied(), style))?;
        legend(&area, i, color, if i == 0 { 4 } else { 2 }, name)?;
        plot.draw_series(points.iter().map(|&point| Circle::new(point, 3, color.filled())))?;
    }
    area.present()?;
    Ok(())
}

fn power(x: f64) -> String {
    let exponent = x.log10().round();
    if (x.log10() - exponent).abs() < 0.01 {
        crate::rows::power(10f64.powf(exponent).round() as usize)
    } else {
        String::new()
    }
}

/// Horizontal bars, two for each name.
pub(crate) fn bars(
    path: &Path,
    title: &str,
    across: &str,
    kinds: [&str; 2],
    bars: &[(String, [f64; 2])],
) -> Result<(), Box<dyn Error>> {
    let (_, most) = range(bars.iter().flat_map(|(_, values)| values.iter().copied()));
    if bars.is_empty() || most <= 0.0 {
        return Ok(());
    }
    let height = 130 + 44 * bars.len() as u32;
    let area = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    area.fill(&PANEL)?;
    let mut plot = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20).into_font().color(&INK))
        .margin(16)
        .margin_right(LEGEND)
        .x_label_area_size(50)
        .y_label_area_size(160)
        .build_cartesian_2d(0.0..most * 1.15, 0.0..bars.len() as f64)?;
    let from_top = |i: usize| (bars.len() - 1 - i) as f64;
    plot.configure_mesh()
        .x_desc(across)
        .y_labels(0)
        .disable_y_mesh()
        .axis_desc_style(("sans-serif", 15).into_font().color(&INK))
        .label_style(("sans-serif", 14).into_font().color(&INK))
        .x_label_formatter(&|x| format!("{x:.0}"))
        .bold_line_style(FAINT)
        .light_line_style(TRANSPARENT)
        .axis_style(INK)
        .draw()?;
    for (kind, name) in kinds.into_iter().enumerate() {
        let color = COLORS[kind * 2];
        let bar = |(i, (_, values)): (usize, &(String, [f64; 2]))| {
            let top = from_top(i) + 0.9 - 0.4 * kind as f64;
            Rectangle::new([(0.0, top - 0.38), (values[kind], top)], color.filled())
        };
        plot.draw_series(bars.iter().enumerate().map(bar))?;
        legend(&area, kind, color, 12, name)?;
        let value = |(i, (_, values)): (usize, &(String, [f64; 2]))| {
            let middle = from_top(i) + 0.9 - 0.4 * kind as f64 - 0.07;
            let style = ("sans-serif", 13).into_font().color(&INK);
            Text::new(short(values[kind]), (values[kind] + most * 0.008, middle), style)
        };
        plot.draw_series(bars.iter().enumerate().map(value))?;
    }
    // The names stand left of the axis, outside of the plot's own coordinates.
    let (columns, rows) = plot.plotting_area().get_pixel_range();
    let step = f64::from(rows.end - rows.start) / bars.len() as f64;
    for (i, (name, _)) in bars.iter().enumerate() {
        let y = rows.start + (step * (i as f64 + 0.5)) as i32 - 8;
        let style = ("sans-serif", 14).into_font().color(&INK);
        area.draw(&Text::new(name.as_str(), (columns.start - 155, y), style))?;
    }
    area.present()?;
    Ok(())
}

#!/bin/sh
# Renders the PNGs from source/*.svg and lists them in ../app.qrc. The PNGs are committed, so that neither a build nor the app needs an SVG
# renderer; run this after changing a source. Needs rsvg-convert (librsvg2-bin).
set -eu
cd "$(dirname "$0")"

for size in 16 22 24 32 48 64 128 256; do
    rsvg-convert -w $size -h $size source/bartizan.svg -o app/bartizan-$size.png
done

# name body-on-light mark-on-light body-on-dark mark-on-dark
while read -r name body mark dark_body dark_mark; do
    for size in 16 22 24 32 48 64 96; do
        sed "s/#BODY/#$body/g; s/#MARK/#$mark/g" "source/status/$name.svg" |
            rsvg-convert -w $size -h $size -o "status/$name-light-$size.png"
        sed "s/#BODY/#$dark_body/g; s/#MARK/#$dark_mark/g" "source/status/$name.svg" |
            rsvg-convert -w $size -h $size -o "status/$name-dark-$size.png"
    done
done <<STATES
protecting 1b7a43 ffffff 5cc98a 10151a
observing 1f66b0 ffffff 7db7f5 10151a
paused 8a5300 ffffff f0b45a 10151a
degraded b3261e ffffff ff8a80 10151a
off 59616e ffffff a3abb8 10151a
STATES

# Black on nothing: the app gives them the colour of their place.
for source in source/actions/*.svg; do
    name=$(basename "$source" .svg)
    for size in 16 24 32 48; do
        rsvg-convert -w $size -h $size "$source" -o "actions/$name-$size.png"
    done
done
# A style sheet can't tint: arrows of lists and headers stand ready in both schemes' colours.
for variant in light:545c69 dark:a4acb9; do
    for name in expand collapse; do
        sed "s/#000/#${variant#*:}/" source/actions/$name.svg |
            rsvg-convert -w 16 -h 16 -o actions/$name-${variant%:*}-16.png
    done
done

{
    echo '<RCC>'
    echo '  <qresource prefix="/">'
    find . -name '*.png' | LC_ALL=C sort | sed 's|^\./||; s|.*|    <file>icons/&</file>|'
    echo '  </qresource>'
    echo '</RCC>'
} > ../app.qrc
